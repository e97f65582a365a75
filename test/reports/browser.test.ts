import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellRecord } from '../../harness/record.ts';
import { renderHtml } from '../../reports/report.ts';
import { madeUpRecords } from '../helpers/made-up-records.ts';
import { emptyRun } from '../helpers/markdown.ts';
import { fixtureRecord, fixtureVerdict } from '../helpers/records.ts';

/** The page as a reader has it: opened from disk in a real browser, which has no network here. */

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const skipped = executablePath === undefined ? ' (skipped: no Chromium here; apt-get install chromium)' : '';

/** Milliseconds that a busy machine may take for anything. */
const patience = 60_000;
const poll = <T>(found: () => Promise<T>) => expect.poll(found, { timeout: patience });

const hostile = '<img src=x onerror=alert(1)>"&\'';
const records: CellRecord[] = [
  ...madeUpRecords(300, 6),
  {
    ...fixtureRecord({ warnings: [hostile] }),
    cell: `${hostile}.seed-0`,
    factors: [{ name: 'method', value: hostile }],
  },
];

describe.skipIf(executablePath === undefined)(`report.html in a browser${skipped}`, () => {
  let browser: Browser;
  let page: Page;
  let folder: string;
  let url: string;
  const said: string[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    const file = join(folder, 'report.html');
    const verdicts = records.slice(0, 3).map((record) => fixtureVerdict(record, 'regressed', { reason: hostile }));
    await writeFile(file, await renderHtml({ ...emptyRun, title: hostile, records, verdicts, notes: [hostile] }));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'], timeout: patience });
    page = await browser.newPage();
    page.setDefaultTimeout(patience);
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('dialog', (dialog) => {
      said.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('request', (request) => asked.push(request.url()));
    await open('');
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(hash: string): Promise<void> {
    await page.goto('about:blank');
    await page.goto(`${url}${hash}`);
    await page.waitForSelector('html[data-ready]');
  }

  const results = () => page.locator('#results table').first();
  const column = async (name: string) => {
    const names = await results().locator('thead th').allTextContents();
    const place = names.indexOf(name);
    expect(place).toBeGreaterThanOrEqual(0);
    return results()
      .locator(`tbody td:nth-child(${place + 1}):visible`)
      .allTextContents();
  };

  it('sorts a table by a column, both ways, and says so to a screen reader', async () => {
    const head = results().locator('th', { hasText: /^accuracy$/ });
    await head.locator('button').click();
    await poll(() => head.getAttribute('aria-sort')).toBe('ascending');
    const shown = (await column('accuracy')).filter((text) => text !== '–').map(Number.parseFloat);
    expect(shown.length).toBe(60);
    expect(shown).toEqual(shown.toSorted((left, right) => left - right));
    await head.locator('button').press('Enter');
    await poll(() => head.getAttribute('aria-sort')).toBe('descending');
    expect((await column('accuracy')).map(Number.parseFloat)[0]).toBe(shown.at(-1));
  });

  it('filters by each factor and by words, and counts', async () => {
    const section = page.locator('#results');
    const choose = section.locator('.bar').first().locator('label', { hasText: /^init/ }).locator('select');
    await choose.focus();
    await choose.selectOption('spectral');
    const status = section.locator('.status').first();
    await poll(() => status.textContent()).toMatch(/^18 of 60 rows/);
    expect(new Set(await column('init'))).toEqual(new Set(['spectral']));
    await section.locator('input[type=search]').first().fill('tensor-train frob');
    await poll(() => status.textContent()).toMatch(/^\d+ of 60 rows/);
    await choose.selectOption('');
    await section.locator('input[type=search]').first().fill('');
    await poll(() => status.textContent()).toMatch(/^60 of 60 rows/);
  });

  it('hides and shows columns', async () => {
    const bar = page.locator('#results .bar').first();
    await bar.locator('summary').click();
    await bar.locator('.columns label', { hasText: /MACs$/ }).locator('input').uncheck();
    await expect
      .poll(() =>
        results()
          .locator('th', { hasText: /^MACs$/ })
          .isHidden(),
      )
      .toBe(true);
    await bar.locator('.columns label', { hasText: /MACs$/ }).locator('input').check();
    await expect
      .poll(() =>
        results()
          .locator('th', { hasText: /^MACs$/ })
          .isHidden(),
      )
      .toBe(false);
  });

  it('opens what a link names: a folded section, and a cell with its command, digest and curves', async () => {
    await open('#pareto-set');
    await poll(() => page.locator('#pareto-set table').count()).toBeGreaterThan(0);
    const { cell, weights_digest: digest } = records[7] as CellRecord & { weights_digest: string };
    await open(`#cell-${encodeURIComponent(cell)}`);
    const panel = page.locator('#cells .cell');
    await poll(() => panel.locator('h3').textContent()).toBe(cell);
    const text = (await panel.textContent())!;
    expect(text).toContain(`--only ${cell}`);
    expect(text).toContain(digest);
    expect(await panel.locator('svg polyline').count()).toBe(3);
  });

  it('shows hostile names as text', async () => {
    await open(`#cell-${encodeURIComponent(`${hostile}.seed-0`)}`);
    await poll(() => page.locator('#cells .cell h3').textContent()).toBe(`${hostile}.seed-0`);
    expect(await page.locator('h1').textContent()).toBe(hostile);
    expect(await page.locator('img').count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)('has no serious fault of accessibility, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await open('');
    for (const details of await page.locator('details.fold > summary').all()) await details.click();
    await page.waitForFunction('document.querySelector("[data-pack]") === null');
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run()')) as axe.AxeResults;
    const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    await page.emulateMedia({ colorScheme: null });
  });

  it('can be printed, and fits a narrow screen', async () => {
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#results .bar').first().isHidden()).toBe(true);
    expect(await results().isVisible()).toBe(true);
    await page.emulateMedia({ media: null });
    await page.setViewportSize({ width: 360, height: 700 });
    await open('');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  it('wrote nothing to the console, and asked for nothing but itself', () => {
    expect(said).toEqual([]);
    expect([...new Set(asked)].filter((address) => !address.startsWith(url) && address !== 'about:blank')).toEqual([]);
  });
});
