import { execaNode } from 'execa';
import { z } from 'zod';
import { MethodFileError } from '../../errors.ts';
import { cleanText } from '../../foreign-text.ts';
import type { ProfileName } from '../../spec/words.ts';
import { methodTrialPath } from '../checkout.ts';

/** What a trial does: it loads the file, and plans the cells of its method in these profiles. */
export interface MethodTrial {
  /** Absolute. */
  path: string;
  plans: readonly { suite: string; profile: ProfileName }[];
}

const trialMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('fine'), sha256: z.string() }),
  z.strictObject({ type: z.literal('refused'), what: z.string().transform((what) => cleanText(what)) }),
]);
export type TrialMessage = z.infer<typeof trialMessageSchema>;

export interface TrialLimits {
  /** Seconds for loading and planning. */
  seconds: number;
  /** Further seconds in which the process must end by itself. */
  endingSeconds: number;
}

const usualLimits: TrialLimits = { seconds: 30, endingSeconds: 5 };

/**
 * Tries a method's file in a process of its own, before this one loads it: so it can neither end nor hold up what
 * plans, nor break it later by what it leaves running. Resolves to the SHA-256 of what was tried.
 *
 * @throws MethodFileError where the file cannot be loaded, or its process does not end well and by itself
 */
export async function tryMethodFile(trial: MethodTrial, limits: TrialLimits = usualLimits): Promise<string> {
  const refuse = (what: string): never => {
    throw new MethodFileError(trial.path, what);
  };
  const subprocess = execaNode(methodTrialPath(), [JSON.stringify(trial)], {
    ipc: true,
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    buffer: false,
    killSignal: 'SIGKILL',
    timeout: (limits.seconds + limits.endingSeconds) * 1000,
  });
  let fine: string | null = null as string | null;
  let refused: string | null = null as string | null;
  let ending: NodeJS.Timeout | undefined;
  subprocess.on('message', (came: unknown) => {
    const { data } = trialMessageSchema.safeParse(came);
    if (data?.type === 'fine') {
      fine = data.sha256;
      ending = setTimeout(() => subprocess.kill(), limits.endingSeconds * 1000);
    } else refused ??= data?.what ?? 'sends messages of its own to the process that started it; let it export a method';
  });
  const { exitCode, signal, timedOut } = await subprocess;
  clearTimeout(ending);
  if (refused !== null) return refuse(refused);
  const remedy = 'let the file only export a method, and its parts return';
  if (fine === null) {
    if (timedOut) return refuse(`is not loaded and planned within ${limits.seconds} s; ${remedy}`);
    const end = signal === undefined ? `exit code ${exitCode}` : signal;
    return refuse(`ends the process (${end}), or waits for what never comes, while it is loaded or planned; ${remedy}`);
  }
  if (signal !== undefined) {
    return refuse(`keeps its process running after it is loaded; close its timers and servers, or ${remedy}`);
  }
  return exitCode === 0 ? fine : refuse(`ends the process with exit code ${exitCode} after it is loaded; ${remedy}`);
}
