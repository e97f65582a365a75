/** Reads a Dockerfile, as far as this project's goes; what it does not know, it refuses. */

/**
 * @typedef {object} Instruction
 * @property {string} name in capitals
 * @property {string} text the rest, on one line
 * @property {number} line in the file, from 1
 */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string} from another stage, or an image
 * @property {Instruction[]} steps
 */

/**
 * @typedef {object} Settings what later steps and the image's own command start with
 * @property {Record<string, string>} env
 * @property {string} workdir
 * @property {string} user
 * @property {string[]} entrypoint
 * @property {string[]} cmd
 */

const known = ['COPY', 'CMD', 'ENTRYPOINT', 'ENV', 'RUN', 'USER', 'WORKDIR'];

/**
 * @param {string} text
 * @returns {Instruction[]}
 */
export function parseInstructions(text) {
  /** @type {Instruction[]} */
  const found = [];
  let begun = '';
  let startLine = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    if (begun === '') startLine = index + 1;
    begun += line.trim();
    if (begun.endsWith('\\')) {
      begun = `${begun.slice(0, -1).trimEnd()} `;
      continue;
    }
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(begun) ?? [];
    found.push({ name: name.toUpperCase(), text: rest, line: startLine });
    begun = '';
  }
  if (begun !== '') throw new Error(`line ${startLine}: the file ends inside an instruction`);
  return found;
}

/**
 * @param {string} text
 * @returns {Stage[]} in the file's order
 */
export function parseStages(text) {
  /** @type {Record<string, string>} */
  const args = {};
  /** @type {Stage[]} */
  const stages = [];
  for (const step of parseInstructions(text)) {
    const refuse = (/** @type {string} */ why) => new Error(`line ${step.line}: ${step.name} ${step.text}: ${why}`);
    if (step.name === 'FROM') {
      const [, from = '', name = ''] = /^(\S+) AS (\S+)$/.exec(expand(step.text, args)) ?? [];
      if (name === '') throw refuse('expected FROM IMAGE AS NAME');
      if (stages.some((stage) => stage.name === name)) throw refuse('the name is taken');
      stages.push({ name, from, steps: [] });
    } else if (step.name === 'ARG' && stages.length === 0) {
      const [, name, value] = /^(\w+)=(\S+)$/.exec(step.text) ?? [];
      if (name === undefined || value === undefined) throw refuse('expected ARG NAME=VALUE');
      args[name] = value;
    } else if (known.includes(step.name) && stages.length > 0) {
      stages.at(-1)?.steps.push(step);
    } else {
      throw refuse('not known here');
    }
  }
  return stages;
}

/**
 * The stages that a target is built of, those it needs first.
 *
 * @param {readonly Stage[]} stages
 * @param {string} target
 * @returns {Stage[]}
 */
export function stagesOf(stages, target) {
  const stage = stages.find(({ name }) => name === target);
  if (stage === undefined)
    throw new Error(`no stage ${target}: there are ${stages.map(({ name }) => name).join(', ')}`);
  const earlier = stages.slice(0, stages.indexOf(stage));
  const copied = stage.steps.filter(({ name }) => name === 'COPY').map(({ text }) => parseCopy(text).from);
  const needed = [stage.from, ...copied].filter((name) => earlier.some((other) => other.name === name));
  const all = [...needed.flatMap((name) => stagesOf(earlier, name ?? '')), stage];
  return all.filter((one, at) => all.indexOf(one) === at);
}

/**
 * @param {string} text of COPY
 * @returns {{ from: string | null, sources: string[], target: string }}
 */
export function parseCopy(text) {
  const words = text.split(/\s+/);
  const options = words.filter((word) => word.startsWith('--'));
  const unknown = options.find((option) => !option.startsWith('--from='));
  if (unknown !== undefined) throw new Error(`COPY ${unknown}: not known here`);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop();
  if (target === undefined || paths.length === 0) throw new Error(`COPY ${text}: expected sources and a target`);
  return { from: options[0]?.slice('--from='.length) ?? null, sources: paths, target };
}

/**
 * Settings after one step; those of RUN and COPY are unchanged.
 *
 * @param {Settings} settings
 * @param {Instruction} step
 * @returns {Settings}
 */
export function settingsAfter(settings, { name, text }) {
  if (name === 'ENV') {
    const pairs = [...text.matchAll(/(\w+)=(\S+)/g)].map((match) => [match[1], match[2]]);
    return { ...settings, env: { ...settings.env, ...Object.fromEntries(pairs) } };
  }
  if (name === 'WORKDIR') return { ...settings, workdir: text };
  if (name === 'USER') return { ...settings, user: text };
  if (name === 'ENTRYPOINT') return { ...settings, entrypoint: JSON.parse(text), cmd: [] };
  if (name === 'CMD') return { ...settings, cmd: JSON.parse(text) };
  return settings;
}

/** @param {string} text @param {Record<string, string>} values */
function expand(text, values) {
  return text.replace(/\$\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`there is no ARG ${name}`);
    return value;
  });
}
