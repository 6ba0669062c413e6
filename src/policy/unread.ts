import type { IntelligenceKind } from '../domain/intelligence.ts';
import type { Evidence } from '../domain/verdict.ts';
import type { Case, Judgement } from './rule.ts';

const WHAT = {
  epss: 'EPSS was never read, so how likely exploitation is cannot be told',
  kev: 'the KEV catalogue was never read, so what is known to be exploited cannot be told',
} as const satisfies Record<IntelligenceKind, string>;

/** A rule that asks the world, where nobody asked the world, has not judged: it leaves the verdict open. */
export function unreadJudgement(
  kind: IntelligenceKind,
  { unread }: Pick<Case, 'unread'>,
): readonly Judgement[] {
  if (!unread.includes(kind)) return [];
  const message = WHAT[kind];
  return [
    {
      message,
      findings: [],
      proven: false,
      relaxation: 'missing-evidence',
      shortfall: missing(kind, message),
    },
  ];
}

function missing(source: IntelligenceKind, reason: string): Evidence {
  const counts = { observations: 0, rejected: 0 };
  return { source, role: 'release', state: 'missing', required: true, ...counts, reasons: [reason] };
}
