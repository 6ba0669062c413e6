/** What a verdict about a scope rests on. */
import { MANUAL_SOURCE } from '../domain/manual-finding.ts';
import type { Run } from '../domain/run.ts';
import type { Scope } from '../domain/scope.ts';
import type { Evidence } from '../domain/verdict.ts';
import type { StoreReader } from '../store/store.ts';

export interface Wanted {
  /** Exactly the sources the verdict cannot do without. Undefined: those expected, and every other that has spoken. */
  readonly required?: readonly string[] | undefined;
  /** Sources that ought to have spoken; undefined: those that the scope names. */
  readonly expected?: readonly string[] | undefined;
  /** What had been heard by that moment of the sources' clocks; undefined: until now. */
  readonly at?: number | undefined;
}

/** The latest run of each stream in scope, and one entry for every required source that never ran. */
export async function evidenceOf(
  reader: StoreReader,
  scope: Scope,
  role: Evidence['role'],
  wanted: Wanted = {},
): Promise<readonly Evidence[]> {
  const asked = { sources: scope.sources, assets: scope.assets, labels: scope.labels, at: wanted.at };
  const runs = (await reader.latestRuns(asked)).filter((run) => speaksIn(run, scope));
  const spoken = new Set(runs.map(({ stream }) => stream.source));
  const expected = scope.sources ?? wanted.expected ?? [];
  const required = wanted.required ?? [...new Set([...expected, ...spoken])];
  const missing = required.filter((source) => !spoken.has(source));
  return [
    ...[...Map.groupBy(runs, nameOf)].map(([source, own]) => runEvidence(source, own, role, required)),
    ...missing.map((source): Evidence => {
      const counts = { observations: 0, rejected: 0 };
      return {
        source,
        role,
        state: 'missing',
        required: true,
        ...counts,
        reasons: [
          `${source.startsWith('scan:') ? 'none of its scans was ever imported' : 'it was never collected'}${labelsOf(scope)}`,
        ],
      };
    }),
  ];
}

function labelsOf({ labels = [] }: Scope): string {
  const told = labels.map(({ kind, anyOf }) => `${kind} ${anyOf.join(', ')}`);
  return told.length === 0 ? '' : ` for ${told.join(' and ')}`;
}

/** What people enter themselves looks at nothing: no run of it tells that something is not there. */
function speaksIn(run: Run, scope: Scope): boolean {
  const { channel, source } = run.stream;
  if (source === MANUAL_SOURCE) return false;
  return scope.channels === undefined || scope.channels.includes(channel);
}

/** What people call the stream: its source, and what tells it from others of the same source. */
function nameOf({ stream: { source, category, channel } }: Run): string {
  const beside = [category, channel].filter((part) => part !== '');
  return beside.length === 0 ? source : `${source} (${beside.join(', ')})`;
}

/** Several runs of one stream are of several assets: together no younger than the oldest, no better than the worst. */
function runEvidence(
  source: string,
  runs: readonly Run[],
  role: Evidence['role'],
  required: readonly string[],
): Evidence {
  const sum = (of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    source,
    role,
    state: worstOf(runs),
    required: runs.some(({ stream }) => required.includes(stream.source)),
    observedAt: Math.min(...runs.map(({ observedAt }) => observedAt)),
    observations: sum(({ observations }) => observations),
    rejected: sum(({ rejected }) => rejected),
    reasons: [...new Set(runs.flatMap(reasonsOf))],
  };
}

function worstOf(runs: readonly Run[]): Evidence['state'] {
  if (runs.some(({ state }) => state !== 'complete')) return 'partial';
  // A run that may speak for no class of findings is an inventory.
  return runs.some(({ classes }) => classes.length === 0) ? 'inventory' : 'complete';
}

function reasonsOf(run: Run): readonly string[] {
  return run.state === 'running' ? ['its run has not ended', ...run.reasons] : run.reasons;
}
