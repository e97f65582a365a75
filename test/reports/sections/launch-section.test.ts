import { expect, test } from 'vitest';
import { fixtureLaunch } from '../../helpers/launches.ts';
import { report, section } from '../../helpers/markdown.ts';
import { fixtureRecord } from '../../helpers/records.ts';

const heading = 'Speed beside the dense network';

test('tells each arm’s step beside the dense network’s, and its processor time', () => {
  const records = [0.4, 0.5, 0.7].map((ratio, seed) => {
    const launch = fixtureLaunch({ x: Math.log(ratio), ...(seed === 2 ? { void: ['unsteady'] } : {}) });
    return fixtureRecord({ launch }, { seed });
  });
  expect(section(report({ records }), heading).filter((line) => line.startsWith('| '))).toEqual([
    expect.stringMatching(/launches \| void \| step \/ dense \| fastest \| slowest \| user CPU, ms \|$/),
    expect.stringContaining('-'),
    expect.stringMatching(/\| 3 \| 1 \| 0\.500 \| 0\.400 \| 0\.700 \| 50\.0 \|$/),
  ]);
});

test('is left out where no launch was measured', () => {
  expect(report({ records: [fixtureRecord()] })).not.toContain(heading);
});
