import { readFileSync } from 'node:fs';

/** The page's script: its files joined into one module, which needs no other. */
export function pageScript(): string {
  return ['table-logic.js', 'page.js']
    .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
    .join('\n')
    .replace(/^import .*;$/gm, '')
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '')
    .trim();
}
