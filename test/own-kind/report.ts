import type { ArmSummary } from '../../reports/arms/arm-summary.ts';
import { generalReport } from '../../reports/kinds/general.ts';
import type { KindReport } from '../../reports/kinds/kind-report.ts';
import { table, text } from '../../reports/render/document.ts';

/** The reports' part of the kind of task of these tests. */
export const report: KindReport = {
  ...generalReport,
  sections: (arms) => [
    {
      heading: 'Fitted means',
      blocks: [
        text('How far the fitted mean of a normal distribution is from the origin.'),
        table(arms, [{ name: 'norms', cell: normsOf }]),
      ],
    },
  ],
};

function normsOf({ completed }: ArmSummary): string {
  return completed.map(({ details }) => (details as { mean_norm: number }).mean_norm.toFixed(3)).join(', ');
}
