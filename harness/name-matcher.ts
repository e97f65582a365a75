import picomatch from 'picomatch';

/**
 * Whether a name matches any of the globs of `--only`. A name is one text: `*` matches any part of it, a slash
 * included, so that `train*` finds `train-step/resnet-20/dense`.
 */
export function nameMatcher(globs: readonly string[]): (name: string) => boolean {
  return picomatch([...globs], { bash: true });
}
