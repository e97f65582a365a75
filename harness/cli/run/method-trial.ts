import { suites } from '../../../suites/registry.ts';
import { MethodFileError, UsageError } from '../../errors.ts';
import { thrownText } from '../../foreign-text.ts';
import { loadMethodFile } from '../../method-file.ts';
import { withoutSource } from '../../methods/from-file/in-file.ts';
import { planCells } from '../../plan/plan.ts';
import { dataFolderNames } from '../../spec/datasets.ts';
import type { MethodTrial, TrialMessage } from './try-method.ts';

/**
 * The entry of a process that tries a method's file: it loads the file, plans its cells, says so, and ends, unless the
 * file keeps it from that.
 */

const { path, plans }: MethodTrial = JSON.parse(process.argv[2] ?? '');

function tell(message: TrialMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

// What the file started, and did not wait for, throws here.
process.once('uncaughtException', async (error) => {
  await tell({ type: 'refused', what: `after it is loaded: ${withoutSource(thrownText(error), path)}` });
  process.exit(1);
});

try {
  const loaded = await loadMethodFile(path);
  for (const { suite, profile } of plans) {
    const spec = suites.find(({ name }) => name === suite);
    if (spec === undefined) throw new Error(`there is no suite '${suite}'`);
    for (const present of [dataFolderNames, []]) {
      const options = { present, seeds: 1, only: [`${loaded.method.name}*`], methods: [loaded] };
      try {
        planCells(spec, profile, options, () => {});
      } catch (error) {
        // The plan itself tells what it refuses.
        if (!(error instanceof UsageError)) throw error;
      }
    }
  }
  await tell({ type: 'fine', sha256: loaded.file.sha256 });
} catch (error) {
  if (!(error instanceof MethodFileError)) throw error;
  await tell({ type: 'refused', what: error.what });
}
