import type { Evidence } from '../domain/verdict.ts';
import type { Case, Judgement, Unread } from './rule.ts';

const WHAT = {
  epss: 'EPSS was never read, so how likely exploitation is cannot be told',
  kev: 'the KEV catalogue was never read, so what is known to be exploited cannot be told',
  history: 'scans alone do not tell since when a finding is open: import them, and gate from the store',
} as const satisfies Record<Unread, string>;

/** A rule that asks what nobody could be asked about has not judged: it leaves the verdict open. */
export function unreadJudgement(kind: Unread, { unread }: Pick<Case, 'unread'>): readonly Judgement[] {
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

function missing(source: Unread, reason: string): Evidence {
  const counts = { observations: 0, rejected: 0 };
  return { source, role: 'release', state: 'missing', required: true, ...counts, reasons: [reason] };
}
