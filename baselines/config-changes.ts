import { canonicalJson } from '../harness/canonical-json.ts';

/**
 * The fields in which two configurations differ, nested names joined by dots, in alphabetical order:
 * `training.epochs: 2 -> 3`. A field that one side lacks reads `absent`.
 */
export function configChanges(before: object, after: object): string[] {
  const left = flatten(before);
  const right = flatten(after);
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  return names
    .filter((name) => left.get(name) !== right.get(name))
    .map((name) => `${name}: ${left.get(name) ?? 'absent'} -> ${right.get(name) ?? 'absent'}`);
}

function flatten(value: object, prefix = ''): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [key, member] of Object.entries(value)) {
    const name = `${prefix}${key}`;
    if (member !== null && typeof member === 'object' && !Array.isArray(member)) {
      for (const [inner, text] of flatten(member, `${name}.`)) fields.set(inner, text);
    } else {
      fields.set(name, typeof member === 'string' ? member : canonicalJson(member));
    }
  }
  return fields;
}
