import { gunzipSync } from 'node:zlib';

/** Pages of reports, as tests look at them. */

const pack = /<script type="application\/gzip" id="([^"]*)">([^<]*)<\/script>/g;

/** The page with everything in it that is shown on demand; packed rows and cells stand behind it as JSON. */
export function unfolded(html: string): string {
  const packs = new Map<string, string>();
  const rest = html.replace(pack, (_, id: string, content: string) => {
    packs.set(id, gunzipSync(Buffer.from(content, 'base64')).toString());
    return '';
  });
  const opened = rest.replace(/<div data-pack="([^"]*)"><\/div>/g, (_, id: string) => {
    const content = packs.get(id) ?? `(no pack ${id})`;
    packs.delete(id);
    return content;
  });
  return [opened, ...packs.values()].join('\n');
}

/** The page without its own script. */
export function withoutScript(html: string): string {
  return html.replace(/<script type="module">[\s\S]*?<\/script>/, '');
}
