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
