import { gunzipSync } from 'node:zlib';

/** Pages of reports, as tests look at them. */

const pack = /<script type="application\/gzip" id="([^"]*)">([^<]*)<\/script>/g;

/** The page with all HTML that is shown on demand in its place; rows and cells that are data stay out. */
export function unfolded(html: string): string {
  const packs = new Map<string, string>();
  const rest = html.replace(pack, (_, id: string, content: string) => {
    packs.set(id, gunzipSync(Buffer.from(content, 'base64')).toString());
    return '';
  });
  return rest.replace(/<div data-pack="([^"]*)"><\/div>/g, (_, id: string) => packs.get(id) ?? `(no pack ${id})`);
}

/** The page without its own script. */
export function withoutScript(html: string): string {
  return html.replace(/<script type="module">[\s\S]*?<\/script>/, '');
}
