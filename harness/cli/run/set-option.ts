import { UsageError } from '../../errors.ts';
import type { Overrides } from '../../spec/words.ts';

/** What one `--set` says. */
export interface Setting {
  /** The path of a field in cells' configurations, its names joined by dots. */
  path: string;
  value: Overrides[string];
}

/**
 * Collects `KEY=VALUE`; the value is JSON, else the text as it stands.
 *
 * @throws UsageError where it is no such pair, and where a field is set twice, or with one that it is part of
 */
export function collectSettings(text: string, earlier: readonly Setting[] = []): Setting[] {
  const match = /^([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)=(.+)$/s.exec(text);
  if (match === null) {
    throw new UsageError(`--set ${text}: expected KEY=VALUE with a field's path, for example --set training.epochs=1.`);
  }
  const [, path = '', value = ''] = match;
  const other = earlier.find((setting) => isWithin(path, setting.path) || isWithin(setting.path, path));
  if (other !== undefined) {
    const what = other.path === path ? 'is given twice' : `is part of another --set, ${other.path}`;
    throw new UsageError(`--set ${path}: ${what}; give it once.`);
  }
  return [...earlier, { path, value: parsedValue(value) }];
}

/** The settings as a configuration keeps them. */
export function overridesOf(settings: readonly Setting[] = []): Overrides {
  return Object.fromEntries(settings.map(({ path, value }) => [path, value]));
}

function isWithin(path: string, other: string): boolean {
  return `${path}.`.startsWith(`${other}.`);
}

function parsedValue(text: string): Overrides[string] {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
