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
  const heard = (await reader.latestRuns(asked)).filter((run) => speaksIn(run, scope));
  const sight = await sightOf(reader, scope);
  const expected = scope.sources ?? wanted.expected ?? [];
  const asksFor = [...expected, ...(wanted.required ?? [])];
  const seeing = heard.filter(({ stream: { source } }) => !sight.isBlind(source) || asksFor.includes(source));
  // What can have nothing in the scope, and was not asked for, is no evidence of it; alone it is shown, to say so.
  const runs = seeing.length > 0 ? seeing : heard;
  const spoken = new Set(runs.map(({ stream }) => stream.source));
  const required = wanted.required ?? [...new Set([...expected, ...spoken])];
  return [
    ...[...Map.groupBy(runs, nameOf)].map(([source, own]) => {
      const evidence = runEvidence(source, own, role, required);
      const lacks = own.flatMap(({ stream }) => sight.lacksOf(stream.source));
      return lacks.length === 0
        ? evidence
        : { ...evidence, state: 'missing' as const, reasons: [...new Set([...lacks, ...evidence.reasons])] };
    }),
    ...required
      .filter((source) => !spoken.has(source))
      .map((source): Evidence => {
        const counts = { observations: 0, rejected: 0 };
        const reasons = [neverHeard(source, scope)];
        return { source, role, state: 'missing', required: true, ...counts, reasons };
      }),
  ];
}

function neverHeard(source: string, scope: Scope): string {
  const what = source.startsWith('scan:') ? 'no scan of it was ever imported' : 'it was never collected';
  return `${what}${labelsOf(scope)}`;
}

/** How much of the scope each source can see at all. */
interface Sight {
  /** It finds something and tells of none of it where it belongs, so that nothing of it can be in the scope. */
  isBlind(source: string): boolean;
  /** Sentences for people; none where it sees the scope. */
  lacksOf(source: string): readonly string[];
}

const SEES_ALL: Sight = { isBlind: () => false, lacksOf: () => [] };

/** A name that no source has ever stated is misspelt more often than clean, and then the scope would be of nothing. */
async function sightOf(reader: StoreReader, { name, labels, sources }: Scope): Promise<Sight> {
  if (labels === undefined) return SEES_ALL;
  const stated = (await reader.statedLabels(labels)).filter(
    ({ source }) => sources === undefined || sources.includes(source),
  );
  const known = new Set(stated.flatMap((one) => one.known.map(({ kind, value }) => `${kind} ${value}`)));
  const unknown = labels.flatMap(({ kind, anyOf }) =>
    anyOf.filter((value) => !known.has(`${kind} ${value}`)).map((value) => `${kind} ${value}`),
  );
  const bySource = new Map(stated.map((one) => [one.source, one]));
  const unseen = (source: string): readonly string[] => {
    const kinds = bySource.get(source)?.kinds;
    return kinds === undefined
      ? []
      : labels.filter(({ kind }) => !kinds.includes(kind)).map(({ kind }) => kind);
  };
  return {
    isBlind: (source) => unseen(source).length > 0,
    lacksOf: (source) => {
      const kinds = unseen(source);
      if (kinds.length > 0)
        return [
          `it tells the ${kinds.join(' and ')} of nothing it finds, so the scope ${name} sees nothing of it`,
        ];
      if (unknown.length === 0 || !bySource.has(source)) return [];
      return [`no source has ever named the ${unknown.join(', ')}; check the spelling in the scope ${name}`];
    },
  };
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
