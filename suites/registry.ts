import type { SuiteSpec } from '../harness/spec/spec.ts';
import { compression } from './compression.ts';
import { tensors } from './tensors.ts';
import { translation } from './translation.ts';

/** Every suite that the command line knows. */
export const suites: readonly SuiteSpec[] = [compression, tensors, translation];
