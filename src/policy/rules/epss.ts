import * as z from 'zod';
import type { Filter } from '../../domain/filter.ts';
import type { Finding } from '../../domain/finding.ts';
import { countOf } from '../counting.ts';
import { defineRule, type Judgement } from '../rule.ts';
import { unreadJudgement } from '../unread.ts';

const Share = z.union([z.number().min(0).max(1), z.literal('off')], {
  error: "expected a number from 0 to 1, or 'off'",
});

/**
 * Needs EPSS among the sources; a vulnerability that EPSS does not know is not judged. One whose probability is known
 * and whose percentile is not leaves a verdict that asks for it open.
 */
export const epssRule = defineRule({
  id: 'epss',
  description:
    'The probability of being exploited within 30 days (EPSS), or its percentile, is at or above a number.',
  compares: false,
  parameters: z.strictObject({ atLeast: Share, percentileAtLeast: Share }),
  defaults: { atLeast: 0.1, percentileAtLeast: 'off' },
  compile: ({ atLeast, percentileAtLeast }) => ({
    op: 'any',
    of: [
      ...(atLeast === 'off' ? [] : [{ op: 'epss', atLeast } satisfies Filter]),
      // Stores select by probability: whatever has one may be of any percentile.
      ...(percentileAtLeast === 'off' ? [] : [{ op: 'epss', atLeast: 0 } satisfies Filter]),
    ],
  }),
  judge(asked, facts) {
    const { findings, problems } = facts;
    const held = findings.filter((finding) => holds(asked, finding) === true);
    const untold = findings.filter((finding) => holds(asked, finding) === undefined);
    const judgements: Judgement[] = [];
    if (held.length > 0) {
      judgements.push({
        message: `${countOf(held, problems)} with an EPSS ${boundOf(asked)}`,
        findings: held,
        proven: true,
      });
    }
    if (untold.length > 0) {
      const message = `${countOf(untold, problems)} with an EPSS probability and no known percentile`;
      judgements.push({ message, findings: untold, proven: false });
    }
    return judgements.length > 0 ? judgements : unreadJudgement('epss', facts);
  },
});

interface Asked {
  readonly atLeast: number | 'off';
  readonly percentileAtLeast: number | 'off';
}

/** Undefined: it cannot be told. */
function holds({ atLeast, percentileAtLeast }: Asked, { intelligence }: Finding): boolean | undefined {
  const epss = intelligence?.epss;
  if (epss === undefined) return false;
  if (atLeast !== 'off' && epss.probability >= atLeast) return true;
  if (percentileAtLeast === 'off') return false;
  return epss.percentile === undefined ? undefined : epss.percentile >= percentileAtLeast;
}

function boundOf({ atLeast, percentileAtLeast }: Asked): string {
  return [
    ...(atLeast === 'off' ? [] : [`probability of at least ${atLeast}`]),
    ...(percentileAtLeast === 'off' ? [] : [`percentile of at least ${percentileAtLeast}`]),
  ].join(' or ');
}
