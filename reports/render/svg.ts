import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TopLevelSpec } from 'vega-lite';

/**
 * Draws a Vega-Lite specification as SVG text, without a browser. Vega is loaded on the first plot only: it is large.
 */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    return rounded(await view.toSVG());
  } finally {
    view.finalize();
  }
}

const positions = / (d|transform|x|y|x1|x2|y1|y2|width|height)="([^"]*)"/g;

/** Positions to a tenth of a pixel. */
function rounded(svg: string): string {
  return svg.replace(positions, (_, name: string, value: string) => {
    return ` ${name}="${value.replace(/(\.\d)\d+(?!\d*e)/g, '$1')}"`;
  });
}

/** Plots that a thread must have to be worth starting: each loads Vega. */
const leastPlots = 10;
const mostThreads = 2;

/** Draws specifications, in order; many of them in threads. */
export async function drawAll(specs: readonly TopLevelSpec[]): Promise<string[]> {
  const threads = Math.min(mostThreads, availableParallelism(), Math.floor(specs.length / leastPlots));
  const drawn: string[] = [];
  // Sources that were not built, as in tests, cannot be loaded by a thread of their own.
  if (threads < 2 || extname(import.meta.url) === '.ts') {
    for (const spec of specs) drawn.push(await drawSvg(spec));
    return drawn;
  }
  const places = [...specs.keys()];
  await Promise.all(
    Array.from({ length: threads }, (_, thread) =>
      drawInThread(
        places.filter((place) => place % threads === thread).map((place) => ({ place, spec: specs[place]! })),
        (place, svg) => {
          drawn[place] = svg;
        },
      ),
    ),
  );
  return drawn;
}

/** What a drawing thread is given, and the place of each drawing. */
export type PlacedSpecs = { place: number; spec: TopLevelSpec }[];
/** What it says of each. */
export type PlacedSvg = { place: number; svg: string };

/** Megabytes: what a plot leaves behind is collected early, as it is much and soon of no use. */
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 };

function drawInThread(specs: PlacedSpecs, keep: (place: number, svg: string) => void): Promise<void> {
  const worker = new Worker(new URL('./svg-thread.js', import.meta.url), { workerData: specs, resourceLimits });
  return new Promise((resolve, reject) => {
    worker.on('message', ({ place, svg }: PlacedSvg) => keep(place, svg));
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a thread that draws plots ended with code ${code}`));
    });
  });
}
