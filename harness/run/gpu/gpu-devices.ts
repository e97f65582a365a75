import { UsageError } from '../../errors.ts';
import { askNvidiaSmi } from '../../measure/nvidia-smi.ts';
import { gpuQuery, parseGpuList, parseGpus, profileMemory } from '../../setup/nvidia-smi.mjs';
import { driverTooOld } from '../../setup/platform.mjs';

/** A GPU, or a MIG instance of one, that cells can be given. */
export interface Gpu {
  /** For CUDA_VISIBLE_DEVICES: its UUID; null: whatever CUDA finds. */
  id: string | null;
  name: string;
  /** Memory in MiB that is free before the run's cells start; null: not known. */
  freeMiB: number | null;
}

export interface FoundGpus {
  gpus: Gpu[];
  /** For the reports: why GPU memory cannot be watched, if so. */
  notes: string[];
}

/**
 * A MIG instance's memory is less than its name says, and no query tells what is free. The least share that NVIDIA
 * lists: an H200's 1g.18gb has 16,384 MiB, a GB200's 1g.24gb has 20,480, which are 0.89 and 0.83.
 */
const shareOfProfile = 0.83;

/**
 * The GPUs that this run may use, by NVIDIA's tool: those of CUDA_VISIBLE_DEVICES (UUIDs or numbers in the tool's
 * order), else all. Without the tool, which some containers lack, one GPU of unknown memory is taken to be there;
 * TensorFlow will tell.
 *
 * @throws UsageError where no GPU can be used: the tool fails, the driver is too old, the variable hides all
 */
export async function findGpus(env: NodeJS.ProcessEnv): Promise<FoundGpus> {
  const answer = await askNvidiaSmi(gpuQuery);
  if (answer.output === null) {
    if (!answer.missing) throw new UsageError(`--device gpu: ${answer.why}; ${answer.remedy}.`);
    const unknown = { id: env.CUDA_VISIBLE_DEVICES ?? null, name: 'GPU', freeMiB: null };
    return {
      gpus: [unknown],
      notes: ['GPU memory is not watched: nvidia-smi was not found. Cells run one at a time.'],
    };
  }
  const rows = parseGpus(answer.output);
  const [first] = rows;
  if (first === undefined)
    throw new UsageError(`--device gpu: nvidia-smi names no GPU; ${answer.output.split('\n')[0]}`);
  const tooOld = driverTooOld(first.driver);
  if (tooOld !== null) throw new UsageError(`--device gpu: ${tooOld}; update it, or use --device cpu.`);
  const list = await askNvidiaSmi(['-L']);
  const divided = new Map(parseGpuList(list.output ?? '').map(({ uuid, instances }) => [uuid, instances]));
  const prepared = await dividedWithoutInstance(divided);
  const skipped = rows.filter(({ uuid }) => prepared.has(uuid));
  const skips = skipped.map(
    ({ name, uuid }) =>
      `${name} (${uuid}) is not used: it is in MIG mode and has no instance. Make one (nvidia-smi mig), or end the ` +
      'mode.',
  );
  if (skipped.length === rows.length) throw new UsageError(`--device gpu: ${skips.join(' ')}`);
  const all = rows.flatMap(({ index, uuid, name, freeMiB }) => {
    const instances = divided.get(uuid) ?? [];
    if (prepared.has(uuid)) return [];
    if (instances.length === 0) return [{ index, id: uuid, name, freeMiB }];
    return instances.map((instance) => ({
      index,
      id: instance.uuid,
      name: `${name} MIG ${instance.profile}`,
      freeMiB: freeOfProfile(instance.profile),
    }));
  });
  const visible = visibleOf(all, env.CUDA_VISIBLE_DEVICES);
  if (visible.length === 0) {
    throw new UsageError(
      `--device gpu: CUDA_VISIBLE_DEVICES=${env.CUDA_VISIBLE_DEVICES} leaves none of ` +
        `${all.map(({ id }) => id).join(', ')}.`,
    );
  }
  const gpus = visible.map(({ id, name, freeMiB }) => ({ id, name, freeMiB }));
  return { gpus, notes: [...skips, ...notesOn(gpus)] };
}

/**
 * The listed GPUs in MIG mode that have no instance: CUDA cannot use them. Old tools do not know the question, nor the
 * mode.
 */
async function dividedWithoutInstance(listed: ReadonlyMap<string, readonly unknown[]>): Promise<Set<string>> {
  const { output } = await askNvidiaSmi(['--query-gpu=uuid,mig.mode.current', '--format=csv,noheader,nounits']);
  const rows = (output ?? '').split('\n').map((line) => line.split(',').map((field) => field.trim()));
  const enabled = rows.flatMap(([uuid, mode]) => (uuid !== undefined && mode === 'Enabled' ? [uuid] : []));
  return new Set(enabled.filter((uuid) => listed.get(uuid)?.length === 0));
}

/** Below this, hardly more than the CUDA context and its libraries' workspaces fits. */
const scarceMiB = 1024;

function notesOn(gpus: readonly Gpu[]): string[] {
  const scarce = gpus
    .filter(({ freeMiB }) => freeMiB !== null && freeMiB < scarceMiB)
    .map(
      ({ name, freeMiB }) =>
        `${name} has only ${freeMiB} MiB free: its cells may run out of memory. nvidia-smi lists the programs that ` +
        'hold it.',
    );
  return [...scarce, ...silenceOf(gpus)];
}

function silenceOf(gpus: readonly Gpu[]): string[] {
  const silent = gpus.filter(({ freeMiB }) => freeMiB === null).map(({ name }) => name);
  if (silent.length === 0) return [];
  return [
    `GPU memory is not watched: nvidia-smi does not tell it for ${silent.join(', ')}. One cell at a time runs there.`,
  ];
}

/**
 * Compute instances, `1c.3g.20gb`, share the memory of their GPU instance, which is 3 slices large: each may count on
 * its part.
 */
function freeOfProfile(profile: string): number | null {
  const nominal = profileMemory(profile);
  if (nominal === null) return null;
  const [, parts, slices] = /^(\d+)c\.(\d+)g\./.exec(profile) ?? [];
  const part = parts === undefined ? 1 : Number(parts) / Number(slices);
  return Math.floor(shareOfProfile * nominal * part);
}

/**
 * As CUDA reads the variable: numbers or beginnings of UUIDs, up to the first that is neither; each GPU once.
 *
 * @throws UsageError where a beginning fits several
 */
function visibleOf<G extends { index: string; id: string }>(gpus: readonly G[], variable: string | undefined): G[] {
  if (variable === undefined) return [...gpus];
  const found: G[] = [];
  for (const entry of variable.split(',').map((part) => part.trim())) {
    const named = gpus.filter(
      ({ index, id }) => entry === index || (/^(GPU|MIG)-/.test(entry) && id.startsWith(entry)),
    );
    if (named.length === 0) break;
    if (named.length > 1 && /^(GPU|MIG)-/.test(entry)) {
      const ids = named.map(({ id }) => id).join(', ');
      throw new UsageError(`--device gpu: ${entry} in CUDA_VISIBLE_DEVICES fits ${ids}; write more of the UUID.`);
    }
    found.push(...named);
  }
  return [...new Set(found)];
}
