/** The report's style sheet: light and dark, narrow screens (tables and plots scroll in their own box), print. */
export const styleSheet = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2f81e0; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1rem;
  color: #1d2127; background: #fff; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0 1rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
p, ul { max-width: 60rem; margin: .6rem 0; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; white-space: nowrap; }
td.long { white-space: normal; min-width: 18rem; overflow-wrap: anywhere; }
th { background: var(--soft); white-space: normal; vertical-align: bottom; }
.number { text-align: right; }
pre { overflow-x: auto; background: var(--soft); padding: .6rem; border-radius: 4px; font-size: .85rem; }
h1, h3 { overflow-wrap: anywhere; }
h2 { scroll-margin-top: 1rem; }
nav ul { columns: 3 14rem; list-style: none; padding: 0; font-size: .9rem; }
a { color: #1a5fb4; } @media (prefers-color-scheme: dark) { a { color: #8ab8ff; } }
details.fold > summary { cursor: pointer; margin: .6rem 0; }
details.fold > summary > h2 { display: inline-block; border: 0; margin: .4rem 0; }
th button.sort { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0;
  text-align: inherit; cursor: pointer; }
th[aria-sort=ascending] .sort::after { content: " ↑"; } th[aria-sort=descending] .sort::after { content: " ↓"; }
.bar { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: center; font-size: .85rem; margin-top: .6rem; }
.bar input, .bar select, .status button { font: inherit; }
.bar .columns div { display: flex; flex-wrap: wrap; gap: .2rem .8rem; }
.status { font-size: .85rem; margin: .2rem 0; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
dt { font-weight: 600; margin-top: .4rem; } dd { margin: 0; } dd p, dd pre { margin: .1rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
figure.small { display: inline-block; width: 17rem; vertical-align: top; margin: .6rem .6rem 0 0; }
figure.small svg { min-width: 0; border: 1px solid var(--line); } .line { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.badge { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; color: #fff;
  background: #5b6470; font-weight: 600; }
.badge.passed { background: #1a7f4b; } .badge.regressed { background: #c0322b; }
.badge.incomplete, .badge.unaccepted, .badge.inconclusive { background: #94670a; }
figure { margin: 1.2rem 0; } figcaption { font-size: .85rem; opacity: .8; }
figure h3 { font-size: 1rem; margin: 0 0 .3rem; }
figure svg { display: block; height: auto; max-width: 100%; min-width: 36rem; }
@media (prefers-color-scheme: dark) { body { color: #dfe3e8; background: #15181c; } }
@media print {
  :root { color-scheme: light; }
  body { color: #000; background: #fff; font-size: 11px; max-width: none; padding: 0; }
  .scroll { overflow: visible; } table { font-size: 8px; } th, td { white-space: normal; padding: .15rem .3rem; }
  .bar, .status button, nav { display: none; }
  figure svg { min-width: 0; } figure, tr { break-inside: avoid; } h2 { break-after: avoid; }
}
`.trim();
