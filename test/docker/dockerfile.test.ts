import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCopy, parseInstructions, parseStages, settingsAfter, stagesOf } from './dockerfile.mjs';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
const stages = parseStages(text);
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

const start = { env: {}, workdir: '/', user: 'root', entrypoint: [], cmd: [] };
/** What a container of a target starts with. */
const settingsOf = (target: string) =>
  ancestors(target)
    .flatMap(({ steps }) => steps)
    .reduce(settingsAfter, start as Parameters<typeof settingsAfter>[0]);

const variable = (name: string) => `\${${name}}`;

function ancestors(name: string): typeof stages {
  const stage = stages.find((one) => one.name === name);
  return stage === undefined ? [] : [...ancestors(stage.from), stage];
}

describe('the proof of an image', () => {
  it.each([
    ['cpu', 'cpu'],
    ['cuda', 'gpu'],
  ])('%s names its device, whatever driver the building machine has', (target, device) => {
    const runs = ancestors(target)
      .flatMap(({ steps }) => steps)
      .filter(({ name, text: command }) => name === 'RUN' && command.includes('doctor.mjs'));
    expect(runs.map(({ text: command }) => command)).toEqual([`node harness/setup/doctor.mjs --device ${device}`]);
  });
});

describe('reading a Dockerfile', () => {
  it('joins continued lines, and leaves comments and empty lines out', () => {
    const lines = '# one\nRUN a \\\n  # inside\n  && b\n\nuser node\n';
    expect(parseInstructions(lines)).toEqual([
      { name: 'RUN', text: 'a && b', line: 2 },
      { name: 'USER', text: 'node', line: 6 },
    ]);
  });

  it('puts ARG into FROM, and gives a target the stages that it needs, in order', () => {
    const file = [
      'ARG I=image:1',
      `FROM ${variable('I')} AS a`,
      'FROM other AS unused',
      'FROM a AS b',
      `FROM ${variable('I')} AS c`,
      'COPY --from=b /x /y',
      'FROM c AS d',
    ].join('\n');
    const read = parseStages(file);
    expect(read[0]).toMatchObject({ name: 'a', from: 'image:1' });
    expect(stagesOf(read, 'd').map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(() => stagesOf(read, 'e')).toThrow('no stage e: there are a, unused, b, c, d');
  });

  it.each([
    ['ONBUILD RUN x', 'FROM a AS b\nONBUILD RUN x'],
    ['a stage without a name', 'FROM a'],
    ['a name twice', 'FROM a AS b\nFROM a AS b'],
    ['a step before FROM', 'RUN x'],
    ['an ARG that is not there', `FROM ${variable('X')} AS b`],
    ['an end inside a step', 'FROM a AS b\nRUN x \\'],
  ])('refuses %s', (_what, file) => {
    expect(() => parseStages(file)).toThrow(/line \d+|no ARG X/);
  });

  it('reads COPY, and refuses options that it does not replay', () => {
    expect(parseCopy('--from=b /x /y')).toEqual({ from: 'b', sources: ['/x'], target: '/y' });
    expect(parseCopy('a b ./')).toEqual({ from: null, sources: ['a', 'b'], target: './' });
    expect(() => parseCopy('--chown=node a b')).toThrow('--chown=node');
    expect(() => parseCopy('a')).toThrow('expected sources and a target');
  });

  it('keeps the settings of ENV, WORKDIR, USER, ENTRYPOINT and CMD', () => {
    const steps = parseInstructions('ENV A=1 B=2\nWORKDIR /w\nUSER node\nENTRYPOINT ["e"]\nCMD ["c", "d"]\nRUN x');
    expect(steps.reduce(settingsAfter, start as Parameters<typeof settingsAfter>[0])).toEqual({
      env: { A: '1', B: '2' },
      workdir: '/w',
      user: 'node',
      entrypoint: ['e'],
      cmd: ['c', 'd'],
    });
  });
});

describe('the project’s Dockerfile', () => {
  it('is built on one base image of an exact version, which the project’s Node range admits', () => {
    const bases = new Set(stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from)));
    expect([...bases]).toEqual([expect.stringMatching(/^node:\d+\.\d+\.\d+-bookworm-slim$/)]);
  });

  it('has the CPU as its last stage, which is the default target', () => {
    expect(stages.at(-1)?.name).toBe('cpu');
  });

  it.each(['cpu', 'cuda'])('%s runs as a user of its own, and starts the project’s entry', (target) => {
    const { user, workdir, entrypoint, cmd } = settingsOf(target);
    expect([user, workdir, cmd]).toEqual(['node', '/factorbench', ['list']]);
    expect(entrypoint).toEqual(['node', '/factorbench/harness/setup/start.mjs']);
  });

  it.each(['cpu', 'cuda'])('%s is proven by the doctor, as its user, in its last step', (target) => {
    const steps = stages.find(({ name }) => name === target)!.steps;
    expect(steps.at(-1)).toMatchObject({ name: 'RUN', text: expect.stringContaining('harness/setup/doctor.mjs') });
    expect(steps.findIndex(({ name }) => name === 'USER')).toBe(steps.length - 2);
  });

  it.each(['cpu', 'cuda'])(
    '%s sets the library up before the sources are copied, so that its layer lasts',
    (target) => {
      const { steps } = stages.find(({ name }) => name === `${target}-build`)!;
      const device = target === 'cpu' ? 'cpu' : 'gpu';
      expect(steps.map(({ name }) => name)).toEqual(['RUN', 'COPY', 'RUN']);
      expect(steps[0]!.text).toContain(`setup --device ${device}`);
      expect(steps[1]!.text).toBe('. .');
    },
  );

  it('copies files that exist and are not ignored', () => {
    const copied = stages
      .flatMap(({ steps }) => steps)
      .filter(({ name }) => name === 'COPY')
      .map((step) => parseCopy(step.text))
      .filter(({ from }) => from === null);
    expect(copied.length).toBeGreaterThan(2);
    for (const source of copied.flatMap(({ sources }) => sources)) {
      expect(existsSync(join(root, source))).toBe(true);
      expect(ignored).not.toContain(source.split('/')[0]);
    }
  });

  it('keeps out of the context what git ignores, and git itself', () => {
    expect(ignored).toEqual(
      expect.arrayContaining(['.git', 'node_modules', 'build', 'reports/out', 'data', '**/*.tmp']),
    );
  });
});
