import { expect, it } from 'vitest';
import { logFilter } from '../../harness/engine/log-lines.ts';

const log = [
  'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n',
  'I0000 00:00:1764384000.123456    4242 gpu_device.cc:2020] Created device /job:localhost\n',
  'E0000 00:00:1764384000.123456    4242 cuda_dnn.cc:8579] Unable to register cuDNN factory\n',
  '2026-11-29 04:00:00.123456: E external/local_xla/xla/stream_executor/cuda/cuda_platform.cc:51] failed call\n',
  '2026-11-29 04:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] This binary is optimized\n',
];
const own = ['kernel/relu ...\n', 'E0000 is a name\n', '--only x: matches no benchmark\n', 'Error: x\n    at y\n'];

it('holds back what the library logs, and passes all else on in order', () => {
  const filter = logFilter();
  const text = [log[0], own[0], log[1], log[2], own[1], log[3], own[2], log[4], own[3]].join('');
  expect(filter.pass(text) + filter.end()).toBe(own.join(''));
  expect(filter.held()).toBe(log.join(''));
});

it('does so wherever the text is cut', () => {
  const text = `${log[0]}${own[0]}${log[3]}no end`;
  for (let cut = 0; cut <= text.length; cut++) {
    const filter = logFilter();
    const shown = [filter.pass(text.slice(0, cut)), filter.pass(text.slice(cut)), filter.end()];
    expect(shown.join('')).toBe(`${own[0]}no end`);
    expect(filter.held()).toBe(`${log[0]}${log[3]}`);
  }
});

it('holds no more than the last lines', () => {
  const filter = logFilter();
  for (let i = 0; i < 1000; i++) filter.pass(log[4]!);
  expect(filter.held().length).toBeLessThanOrEqual(10_000);
  expect(filter.held().endsWith(log[4]!)).toBe(true);
});
