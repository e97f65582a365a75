import { basename, join } from 'node:path';
import { analyse } from '../../../baselines/history/analysis.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import { historyPath, readHistory } from '../../../baselines/history/history-file.ts';
import { readClaims } from '../../../reports/claims/claim-file.ts';
import { judgeClaims } from '../../../reports/claims/claim-verdict.ts';
import { historyPage } from '../../../reports/history/history-page.ts';
import type { Link } from '../../../reports/render/document.ts';
import { htmlDocument } from '../../../reports/render/html.ts';
import { sitePages } from '../../../reports/site/site-pages.ts';
import { suites } from '../../../suites/registry.ts';
import { writeFileAtomically } from '../../atomic-file.ts';
import { readTextFile } from '../../file-errors.ts';
import { methods } from '../../methods/registry.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { ProfileName } from '../../spec/words.ts';
import type { Io } from '../io.ts';
import { scopesFor } from './scopes.ts';

const remedy = 'choose another folder with --site';
/** Bytes of a run's page: many times those of the largest. */
const largestPage = 100e6;

/** Writes a static site over the runs of output folders, or without any over the stored baselines, with histories. */
export async function siteCommand(dirs: readonly string[], site: string, io: Io): Promise<number> {
  const scopes = await scopesFor('report --site', dirs, io);
  const judged = judgeClaims(await readClaims(io.baselinesDir), scopes);
  const facts = new Map(methods.map((method) => [method.name, method]));
  const reports = await reportLinks(dirs, site);
  const histories = await historyLinks(site, io);
  const pages = sitePages({ scopes, judged, methods: facts, reports, histories });
  for (const { file, page } of pages) await writeFileAtomically(join(site, file), await htmlDocument(page), remedy);
  io.stdout.write(
    `Wrote ${join(site, 'index.html')} and ${pages.length - 1 + reports.length + histories.length} pages.\n`,
  );
  return exitCodes.passed;
}

/** The page of each run that has one, copied beside the site's own. */
async function reportLinks(dirs: readonly string[], site: string): Promise<Link[]> {
  const found: Link[] = [];
  for (const [i, dir] of dirs.entries()) {
    const page = await readTextFile(join(dir, 'report.html'), { most: largestPage, remedy });
    if (page === null) continue;
    const file = `run-${i + 1}.html`;
    await writeFileAtomically(join(site, file), page, remedy);
    found.push({ text: basename(dir), file });
  }
  return found;
}

async function historyLinks(site: string, io: Io): Promise<Link[]> {
  const found: Link[] = [];
  for (const { name, profiles } of suites) {
    for (const profile of Object.keys(profiles) as ProfileName[]) {
      const history = await readHistory(historyPath(name, profile, io.baselinesDir), name, profile);
      if (history === null || history.entries.length === 0) continue;
      const file = `history-${name}-${profile}.html`;
      const page = await historyPage(history, analyse(armHistories(history)));
      await writeFileAtomically(join(site, file), page, remedy);
      found.push({ text: `${name}, ${profile}`, file });
    }
  }
  return found;
}
