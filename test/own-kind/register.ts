import { addKindWords } from '../../harness/spec/kinds.ts';
import { addMetric } from '../../harness/spec/metrics.ts';
import { addKind } from '../../harness/tasks/registry.ts';
import { addKindReport } from '../../reports/kinds/registry.ts';
import { addSuite } from '../../suites/registry.ts';
import { kind } from './kind.ts';
import { report } from './report.ts';
import { suite } from './suite.ts';
import { gap, likelihood, task, words } from './words.ts';

/** Makes the kind of task of these tests known to this process. */

addMetric(likelihood, {
  title: 'held-out likelihood',
  better: 'higher',
  unit: 'nats',
  full: null,
  least: null,
  most: null,
  of: 'the fitted mean',
});
addMetric(gap, {
  title: 'fitting gap',
  better: 'lower',
  unit: 'nats',
  full: null,
  least: 0,
  most: null,
  of: 'the fitted mean',
});
addKindWords(words);
addKind(kind);
addKindReport(task, report);
addSuite(suite);
