import { expect, it } from 'vitest';
import { comparisonCsv } from '../../../reports/comparison/comparison-csv.ts';
import { comparedArm, comparisonOf, perplexityArm } from './compared-arms.ts';

it('is one row an arm in machine units; an arm that is not compared says why', () => {
  const uncompared = [{ arm: '=cmd()', reason: 'not in B', isLost: true }];
  const arm = { ...comparedArm, configChanges: ['a: 1 -> 2', 'b: 3 -> 4'] };
  const [head, first, second, third, ...rest] = comparisonCsv([
    comparisonOf([arm, perplexityArm], { uncompared }),
  ]).split('\n');
  expect(head).toBe(
    'suite,profile,arm,kind,model,dataset,method,budget,init,regularizer,coupling,metric,design,seeds_before,' +
      'seeds_after,before,before_sd,after,after_sd,difference,interval_low,interval_high,p,p_holm,speed_ratio,' +
      'parameter_difference,bit_identical,seeds_in_both,left_out_before,left_out_after,lost_before,lost_after,' +
      'changed_fields,not_compared',
  );
  expect(first).toBe(
    'compression,smoke,low-rank-0.1.default.weight-decay.resnet-20.generated,image,resnet-20,generated,low-rank,0.1,' +
      'default,weight-decay,,accuracy,paired,0,0,0.55,,0.6,,0.05,,,,,1.25,-53,1,1,,,,,a: 1 -> 2; b: 3 -> 4,',
  );
  expect(second).toBe(
    'compression,smoke,dense.released,translation,,,dense,,,,released,perplexity,two-sample,0 1,3 4 5,180,1.5,183.25,' +
      '1,3.25,-1.25,7.75,0.0625,0.125,,,1,1,,,2,,,',
  );
  expect(third).toMatch(/^compression,smoke,'=cmd\(\),,*not in B$/);
  expect(rest).toEqual(['']);
});
