import { planCells } from '/tmp/w/wt-d/harness/plan/plan.ts';
import { suites } from '/tmp/w/wt-d/suites/registry.ts';
import { defineCell } from '/tmp/w/wt-d/harness/define-cell.ts';
const [suite, glob, n='3'] = process.argv.slice(2);
const cells = planCells(suites.find((s:any)=>s.name===suite)!, 'smoke', { present: [], seeds: 1, only: [glob!] } as any);
let total=process.cpuUsage();
for (const cell of cells.slice(0,Number(n))) {
  const c0=process.cpuUsage(), t0=performance.now();
  const d = await defineCell(cell, { dataDir: null, device: 'cpu', threads: Number(process.env.T??1), needed: async () => new Map() });
  const c=process.cpuUsage(c0);
  console.log(cell.cell, ((c.user+c.system)/1e6).toFixed(2)+' cpu s', ((performance.now()-t0)/1e3).toFixed(1)+' s', JSON.stringify(d).length, d!.graphs.map(g=>g.digest.slice(0,6)).join(' '));
  if (process.env.SHOW) console.log(JSON.stringify(d,null,1));
  if (process.env.OUT) (await import('node:fs')).appendFileSync(process.env.OUT, JSON.stringify({cell:cell.cell,d})+'\n');
}
