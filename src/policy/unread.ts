import { showInstant } from '../domain/instant.ts';
import type { Evidence } from '../domain/verdict.ts';
import type { Case, Judgement, Unread } from './rule.ts';

interface Lack {
  readonly what: string;
  /** What then cannot be told. */
  readonly so: string;
}

const LACKS = {
  epss: { what: 'EPSS', so: 'how likely exploitation is cannot be told' },
  kev: { what: 'the KEV catalogue', so: 'what is known to be exploited cannot be told' },
} as const satisfies Record<Exclude<Unread, 'history'>, Lack>;

const NO_HISTORY =
  'scans alone do not tell since when a finding is open: import them, and gate from the store';

/** A rule that asks what nobody could be asked about has not judged: it leaves the verdict open. */
export function unreadJudgement(
  kind: Unread,
  { unread, outdated }: Pick<Case, 'unread' | 'outdated'>,
): readonly Judgement[] {
  if (!unread.includes(kind)) return [];
  if (kind === 'history') return [lacking(kind, 'missing', NO_HISTORY)];
  const { what, so } = LACKS[kind];
  const old = outdated.find((one) => one.kind === kind);
  if (old === undefined) return [lacking(kind, 'missing', `${what} was never read, so ${so}`)];
  const { publishedAt, maxAgeHours } = old;
  const why = `${what} is of ${showInstant(publishedAt)} and may be ${maxAgeHours} h old, so ${so}`;
  return [lacking(kind, 'stale', why, publishedAt)];
}

function lacking(
  source: Unread,
  state: 'missing' | 'stale',
  message: string,
  observedAt?: number,
): Judgement {
  const counts = { observations: 0, rejected: 0 };
  const shortfall: Evidence = {
    source,
    role: 'release',
    state,
    required: true,
    ...(observedAt === undefined ? {} : { observedAt }),
    ...counts,
    reasons: [message],
  };
  return { message, findings: [], proven: false, relaxation: `${state}-evidence`, shortfall };
}
