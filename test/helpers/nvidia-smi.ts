import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * What the stand-in prints for a query that begins so; `-L` for the list. A number: it prints nothing and ends with it.
 */
export type Answers = Readonly<Record<string, string | number>>;

/**
 * Puts a stand-in for NVIDIA's tool first on the path until the test ends, and gives its folder. It answers by the
 * first key that occurs in its arguments, and ends with 2 as the tool does where it knows no answer. `null`: no tool at
 * all. `warns`: it answers with a warning and exit code 14, as for a corrupted infoROM.
 */
export async function standInNvidiaSmi(answers: Answers | null, warns = false): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'factorbench-gpu-'));
  const path = process.env.PATH;
  onTestFinished(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true, force: true });
  });
  if (answers === null) {
    process.env.PATH = folder;
    return folder;
  }
  const ending = warns ? "echo 'WARNING: infoROM is corrupted at gpu 0000:3B:00.0'; exit 14" : 'exit 0';
  const cases = Object.entries(answers).map(([query, answer], index) => {
    const act = typeof answer === 'number' ? `exit ${answer}` : `cat '${folder}/${index}'; ${ending}`;
    return `case "$*" in *'${query}'*) ${act};; esac`;
  });
  for (const [index, answer] of Object.values(answers).entries()) {
    if (typeof answer === 'string') await writeFile(join(folder, String(index)), answer);
  }
  const fallback = `echo 'Field is not a valid field to query.'; exit 2`;
  await nvidiaSmiScript(folder, [`echo "$*" >> '${folder}/calls'`, ...cases, fallback].join('\n'));
  process.env.PATH = `${folder}${delimiter}${path}`;
  return folder;
}

/** Writes the stand-in's shell script. */
export async function nvidiaSmiScript(folder: string, script: string): Promise<void> {
  await writeFile(join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'nvidia-smi'), 0o755);
}
