import { counted } from '../../baselines/wording.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { methodOf, settingText } from '../arms/coordinates.ts';
import type { ClaimScope } from '../claims/claim-scope.ts';
import type { JudgedClaim } from '../claims/claim-verdict.ts';
import { claimsSection } from '../claims/claims-table.ts';
import { type Column, type Link, links, list, present, type Section, table, text } from '../render/document.ts';
import { orDash } from '../render/format.ts';
import type { Page } from '../render/html.ts';
import { spreadText } from '../render/metric-text.ts';
import { type Leaderboard, leaderboardsOf, type Rank } from './leaderboard.ts';

/** What a site is made of. */
export interface SiteInput {
  scopes: readonly ClaimScope[];
  judged: readonly JudgedClaim[];
  /** What each method computes, and where it was published. */
  methods: ReadonlyMap<string, MethodFacts>;
  /** Pages beside: reports of runs, histories. */
  reports: readonly Link[];
  histories: readonly Link[];
}

/** What a method says of itself, as far as it does. */
export interface MethodFacts {
  definition?: string | undefined;
  source?: string | undefined;
}

/** A page and the file that it is written to. */
export interface SitePage {
  file: string;
  page: Page;
}

/** The pages of a site: the first one, and one for each method. */
export function sitePages(input: SiteInput): SitePage[] {
  const boards = input.scopes.flatMap(leaderboardsOf);
  const methods = [...new Set(boards.flatMap(({ ranks }) => ranks.map(({ arm }) => methodOf(arm))))].sort();
  const pages = methods.map((method) => ({
    file: fileOf(method),
    page: methodPage(method, boards, input.methods.get(method) ?? {}),
  }));
  return [{ file: 'index.html', page: indexPage(boards, methods, input) }, ...pages];
}

/** `method-low-rank.html`. */
function fileOf(method: string): string {
  return `method-${method}.html`;
}

function indexPage(boards: readonly Leaderboard[], methods: readonly string[], input: SiteInput): Page {
  const sections: (Section | null)[] = [
    standingSection(boards),
    input.judged.length === 0 ? null : claimsSection(input.judged),
    { heading: 'Methods', blocks: [links(methods.map((method) => ({ text: method, file: fileOf(method) })))] },
    linkSection('Runs', input.reports),
    linkSection('Histories', input.histories),
    ...boards.map(boardSection),
  ];
  const badge = {
    text: `${counted(input.scopes.length, 'suite')}, ${counted(methods.length, 'method')}`,
    outcome: null,
  };
  return { title: 'Factorbench', badge, sections: present(sections) };
}

function linkSection(heading: string, items: readonly Link[]): Section | null {
  return items.length === 0 ? null : { heading, blocks: [links([...items])] };
}

/** Which method at which budget. */
function standingSection(boards: readonly Leaderboard[]): Section {
  const rows = boards.flatMap((board) => {
    const [best, ...others] = board.ranks;
    if (best === undefined || board.budget === null || !board.competing) return [];
    return [{ board, best, equal: others.filter(({ group }) => group !== null && group === best.group) }];
  });
  type Row = (typeof rows)[number];
  const columns: Column<Row>[] = [
    ...boardColumns<Row>(({ board }) => board),
    { name: 'best', cell: ({ best }) => labelOf(best) },
    { name: 'result', cell: ({ best }) => resultOf(best), numeric: true },
    { name: 'cannot be told from it', cell: ({ equal }) => equal.map(labelOf).join('; ') || '–' },
  ];
  return {
    heading: 'Which method at which budget',
    blocks: [
      rows.length === 0 ? text('No suite here has budgets.') : table(rows, columns),
      text(
        'The best mean of all that had the same budget and were given the same regularizers; shared: one learning rate and λ ' +
          'for all; tuned: each its own, found by held-out examples. What cannot be told from it: one-sided moderated tests ' +
          'against it, corrected over all others (Bonferroni, 0.05).',
      ),
    ],
  };
}

function boardColumns<T>(boardOf: (row: T) => Leaderboard): Column<T>[] {
  return [
    { name: 'suite', cell: (row) => `${boardOf(row).suite}, ${boardOf(row).profile}`, factor: true },
    { name: 'model and data', cell: (row) => boardOf(row).place, factor: true },
    { name: 'budget', cell: (row) => orDash(boardOf(row).budget, String), numeric: true, factor: true },
    { name: 'lane', cell: (row) => boardOf(row).lane, factor: true },
  ];
}

function boardSection(board: Leaderboard): Section {
  const { suite, profile, place, contest, ranks } = board;
  const where = [`${suite}, ${profile}: ${place}`, contest];
  return {
    heading: where.filter((part) => part !== '').join(', '),
    blocks: [
      table(ranks, rankColumns(ranks)),
      list(['Arms of one group cannot be told from its best one; the next group begins with the first that can.']),
    ],
    folded: true,
  };
}

function rankColumns(ranks: readonly Rank[]): Column<Rank>[] {
  const metric = ranks[0]?.arm.metric;
  return [
    { name: 'group', cell: ({ group }) => orDash(group, String), numeric: true },
    { name: 'arm', cell: labelOf },
    { name: 'seeds', cell: ({ seeds }) => String(seeds), numeric: true },
    {
      name: metric === undefined ? 'result' : metricOf(metric).title,
      cell: resultOf,
      numeric: true,
      strong: ({ group }) => group === 1,
    },
  ];
}

function methodPage(method: string, boards: readonly Leaderboard[], { definition, source }: MethodFacts): Page {
  const rows = boards.flatMap((board) =>
    board.ranks.flatMap((rank) => (methodOf(rank.arm) === method ? [{ board, rank }] : [])),
  );
  type Row = (typeof rows)[number];
  const columns: Column<Row>[] = [
    ...boardColumns<Row>(({ board }) => board),
    { name: 'arm', cell: ({ rank }) => labelOf(rank) },
    { name: 'seeds', cell: ({ rank }) => String(rank.seeds), numeric: true },
    { name: 'result', cell: ({ rank }) => resultOf(rank), numeric: true },
    { name: 'group', cell: ({ rank, board }) => `${orDash(rank.group, String)} of ${groupsIn(board)}`, numeric: true },
  ];
  const said = [definition, source === undefined ? undefined : `Source: ${source}.`];
  return {
    title: method,
    badge: { text: counted(rows.length, 'arm'), outcome: null },
    sections: [
      {
        heading: 'Definition',
        blocks: [
          ...said.flatMap((line) => (line === undefined ? [] : [text(line)])),
          links([{ text: 'All methods', file: 'index.html' }]),
        ],
      },
      { heading: 'Results', blocks: [table(rows, columns)] },
    ],
  };
}

function groupsIn({ ranks }: Leaderboard): number {
  return Math.max(1, ...ranks.map(({ group }) => group ?? 1));
}

/** Without what the board says of all its arms. */
function labelOf({ arm }: Rank): string {
  return settingText(arm, ['budget', 'tuning']);
}

function resultOf({ arm, mean, sd }: Rank): string {
  return spreadText(arm.metric, { mean, sd });
}
