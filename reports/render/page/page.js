// @ts-nocheck The types of the browser are not those of this program.
import { filtered, levelsAt, sorted, valuesIn } from './table-logic.js';

/** What the page does in the reader's browser: shows what is folded, sorts and filters tables, opens cells by link. */

const shownAtOnce = 100;
const svgNames = 'http://www.w3.org/2000/svg';

function element(name, { text, ...attributes } = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

async function unpack(id) {
  const pack = document.getElementById(id);
  const bytes = Uint8Array.from(atob(pack.textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream);
}

/** Fills a folded part at its first opening; what it holds was escaped when the page was made. */
async function fill(details) {
  const holder = details.querySelector(':scope > [data-pack]');
  if (holder === null) return;
  const id = holder.dataset.pack;
  holder.removeAttribute('data-pack');
  holder.innerHTML = await (await unpack(id)).text();
  for (const table of holder.querySelectorAll('table')) await enhance(table);
}

/**
 * Makes a table one that can be sorted and, where it has many rows, filtered; its columns can be chosen.
 *
 * @param given its rows, where the page does not hold them, and what is done to each that is shown
 */
async function enhance(table, given = null) {
  const heads = [...table.tHead.rows[0].cells];
  const isNumeric = heads.map((head) => head.classList.contains('number'));
  const body = table.tBodies[0];
  let all =
    given?.rows.map((cells) => ({ cells, strong: [] })) ??
    [...body.rows].map((row) => ({
      cells: [...row.cells].map((cell) => cell.textContent),
      strong: [...row.cells].map((cell) => cell.querySelector('strong') !== null),
    }));
  const pack = table.dataset.rows;
  let isWhole = pack === undefined;
  const state = { sort: null, chosen: new Map(), words: '', hidden: new Set(), open: isWhole && given === null };
  const status = element('p', { class: 'status', role: 'status' });
  const bar = element('div', { class: 'bar' });

  async function loadRows() {
    if (isWhole) return;
    isWhole = true;
    const { rows, strong } = await (await unpack(pack)).json();
    all = rows.map((cells, i) => ({ cells, strong: strong?.[i] ?? [] }));
  }

  async function show() {
    await loadRows();
    const rows = all.map(({ cells }) => cells);
    let places = filtered(rows, state);
    if (state.sort !== null) places = sorted(rows, places, { ...state.sort, numeric: isNumeric[state.sort.column] });
    const shown = state.open ? places : places.slice(0, shownAtOnce);
    body.replaceChildren(...shown.map((place) => rowOf(all[place], place)));
    const more = places.length - shown.length;
    status.textContent = `${places.length} of ${all.length} rows${more > 0 ? `, the first ${shown.length} shown` : ''}`;
    if (more > 0) {
      const button = element('button', { type: 'button', text: 'Show all' });
      button.addEventListener('click', () => {
        state.open = true;
        show();
      });
      status.append(' ', button);
    }
  }

  function rowOf({ cells, strong }, place) {
    const made = cells.map((text, column) => {
      const cell = element('td', strong[column] ? {} : { text }, strong[column] ? [element('strong', { text })] : []);
      if (isNumeric[column]) cell.className = 'number';
      else if (text.length > 80) cell.className = 'long';
      cell.hidden = state.hidden.has(column);
      return cell;
    });
    const row = element('tr', {}, made);
    given?.rowMade(row, place);
    return row;
  }

  heads.forEach((head, column) => {
    const button = element('button', { type: 'button', class: 'sort', text: head.textContent });
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const descending = state.sort?.column === column ? !state.sort.descending : false;
      state.sort = { column, descending };
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      show();
    });
  });
  if (given !== null) await show();
  if (all.length < 8) return;

  const title = table.caption.textContent;
  const words = element('input', { type: 'search', 'aria-label': `Search ${title}`, placeholder: 'Search' });
  words.addEventListener('input', () => {
    state.words = words.value;
    show();
  });
  bar.append(words);
  const factors = heads.flatMap((head, column) => ('factor' in head.dataset ? [column] : []));
  for (const column of factors) {
    const name = heads[column].textContent;
    const select = element('select', {}, [element('option', { value: '', text: `all` })]);
    const label = element('label', { text: `${name} ` }, [select]);
    // All values are known once all rows are.
    const offer = async () => {
      if (select.length > 1) return;
      await loadRows();
      const values = valuesIn(
        all.map(({ cells }) => cells),
        column,
      );
      select.append(...values.map((value) => element('option', { value: `=${value}`, text: value })));
    };
    for (const event of ['focus', 'pointerdown', 'pointerenter']) select.addEventListener(event, offer);
    select.addEventListener('change', () => {
      if (select.value === '') state.chosen.delete(column);
      else state.chosen.set(column, select.value.slice(1));
      show();
    });
    bar.append(label);
  }
  const choices = heads.map((head, column) => {
    const box = element('input', { type: 'checkbox' });
    box.checked = true;
    box.addEventListener('change', () => {
      if (box.checked) state.hidden.delete(column);
      else state.hidden.add(column);
      head.hidden = !box.checked;
      show();
    });
    return element('label', {}, [box, ` ${head.textContent}`]);
  });
  bar.append(
    element('details', { class: 'columns' }, [element('summary', { text: 'Columns' }), element('div', {}, choices)]),
  );
  table.parentElement.before(bar, status);
  if (given !== null) return;
  status.textContent = `${all.length} rows`;
  if (!isWhole) {
    status.textContent = `The first ${all.length} of ${table.dataset.count} rows.`;
    const button = element('button', { type: 'button', text: 'Show all' });
    button.addEventListener('click', () => {
      state.open = true;
      show();
    });
    status.append(' ', button);
  }
}

/** The table of all cells, whose rows open what is known of each. */
function openCells(holder) {
  holder.opened ??= fillCells(holder, holder.dataset.cells);
  return holder.opened;
}

async function fillCells(holder, id) {
  const sheet = await (await unpack(id)).json();
  const bytes = new Uint8Array(await (await unpack(`${id}-curves`)).arrayBuffer());
  const { table, names } = sheet;
  const heads = ['', ...table.columns.map(({ name }) => name)].map((name, i) => {
    const column = table.columns[i - 1];
    const head = element('th', { scope: 'col', text: i === 0 ? 'details' : name });
    if (column?.numeric) head.className = 'number';
    if (column?.factor) head.dataset.factor = '';
    return head;
  });
  const rows = table.rows.map((row, i) => [names[i], ...row]);
  const made = element('table', {}, [
    element('caption', { text: 'Cells' }),
    element('thead', {}, [element('tr', {}, heads)]),
    element('tbody', {}),
  ]);
  const box = element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Cells' }, [made]);
  const panel = element('div', { class: 'cell', tabindex: '-1' });
  holder.replaceChildren(panel, box);
  const rowMade = (row, place) => {
    const link = element('a', { href: `#cell-${encodeURIComponent(names[place])}`, text: names[place] });
    row.cells[0].replaceChildren(link);
  };
  await enhance(made, { rows, rowMade });
  holder.openCell = (name) => {
    const place = names.indexOf(name);
    if (place === -1) return false;
    panel.replaceChildren(...cellParts(sheet, bytes, place));
    panel.scrollIntoView();
    panel.focus();
    return true;
  };
}

function cellParts({ names, details, curves, at }, bytes, place) {
  const facts = details.flatMap(({ name, code, texts, of }) => {
    const text = texts[of[place]];
    if (text === undefined) return [];
    return [element('dt', { text: name }), element('dd', {}, [element(code ? 'pre' : 'p', { text })])];
  });
  const drawn = curves.flatMap((curve) => drawCurve(curve, bytes, place, at) ?? []);
  return [element('h3', { text: names[place] }), element('dl', {}, facts), ...drawn];
}

/** A small drawing of one cell's curve. */
function drawCurve({ title, axis, low, high, logarithmic, from, to, starts, counts }, bytes, place, at) {
  const levels = levelsAt(bytes, starts[place], counts[place]);
  if (levels.length === 0) return null;
  const [width, height] = [260, 90];
  const points = levels.flatMap((level, i) => {
    if (level === 0) return [];
    const x = levels.length === 1 ? width / 2 : (i * width) / (levels.length - 1);
    return [`${x.toFixed(1)},${(height - ((level - 1) * height) / 254).toFixed(1)}`];
  });
  const line = document.createElementNS(svgNames, 'polyline');
  line.setAttribute('points', points.join(' '));
  line.setAttribute('class', 'line');
  const svg = document.createElementNS(svgNames, 'svg');
  svg.setAttribute('viewBox', `-2 -2 ${width + 4} ${height + 4}`);
  svg.setAttribute('width', width);
  svg.setAttribute('role', 'img');
  const range = `${axis}: ${low.toPrecision(3)} to ${high.toPrecision(3)}${logarithmic ? ', logarithmic' : ''}`;
  const span = `${at} ${from[place]} to ${to[place]}`;
  svg.setAttribute('aria-label', `${title}; ${range}; ${span}`);
  svg.append(line);
  return element('figure', { class: 'small' }, [
    element('figcaption', { text: `${title}. Down to up, ${range}; ${span}.` }),
    svg,
  ]);
}

/** Opens what the address names: a section, or a cell. */
async function follow() {
  let name;
  try {
    name = decodeURIComponent(location.hash.slice(1));
  } catch {
    return;
  }
  if (name.startsWith('cell-')) {
    for (const holder of document.querySelectorAll('.cells')) {
      const details = holder.closest('details');
      if (details !== null) details.open = true;
      await openCells(holder);
      if (holder.openCell?.(name.slice('cell-'.length))) return;
    }
    return;
  }
  const target = name === '' ? null : document.getElementById(name);
  const details = target?.querySelector(':scope > details');
  if (details) details.open = true;
  target?.scrollIntoView();
}

async function start() {
  for (const details of document.querySelectorAll('details.fold')) {
    details.addEventListener('toggle', async () => {
      if (!details.open) return;
      await fill(details);
      for (const holder of details.querySelectorAll('.cells')) await openCells(holder);
    });
  }
  for (const table of document.querySelectorAll('main table')) await enhance(table);
  addEventListener('hashchange', follow);
  await follow();
  document.documentElement.dataset.ready = '';
}

await start();
