/** Facts in time of every observation, and what is left of them: spans of being open. */
import type { EndReason } from '../../src/domain/finding.ts';
import type { KeyedDefect, KeyedDetail, KeyedObservation } from '../../src/domain/keyed.ts';
import type { Severity } from '../../src/domain/severity.ts';
import type { Coverage, Label, Life } from '../../src/domain/statement.ts';
import { detailOf, mainOf, mainsOf, type RecordedRun, runsOfStream, type World } from './world.ts';

/** `closedAt` undefined: still open. */
export interface Span {
  readonly openedAt: number;
  readonly closedAt?: number;
  readonly reason?: EndReason;
}

/** One observation naming one defect; `spans` before any hold time. */
export interface Claim {
  readonly defect: Pick<KeyedDefect, 'kind'> & { readonly name: string };
  readonly spans: readonly Span[];
}

export interface ObservationHistory {
  readonly source: string;
  readonly category: string;
  readonly channel: string;
  readonly key: string;
  /** Its content today: the latest mention in run order. */
  readonly main: KeyedObservation;
  readonly detail: KeyedDetail | undefined;
  readonly claims: readonly Claim[];
  readonly holdMs: number;
  /** By the latest run until then that mentions it; by the first, if that came later. */
  readonly severityAt: (at: number) => Severity;
}

interface Fact {
  readonly at: number;
  readonly closed?: EndReason;
}

export function observationsOf(world: World, stream: string): readonly ObservationHistory[] {
  const runs = runsOfStream(world, stream);
  const keys = new Set(runs.flatMap((run) => mainsOf(run).map((main) => main.key)));
  const holdMs = world.runs.findLast((run) => runs.includes(run))?.holdMs ?? 0;
  return [...keys].map((key) => observationOf(runs, key, holdMs));
}

function observationOf(runs: readonly RecordedRun[], key: string, holdMs: number): ObservationHistory {
  const told = new Map<string, { defect: Claim['defect']; facts: Fact[] }>();
  let main: KeyedObservation | undefined;
  let detail: KeyedDetail | undefined;
  for (const run of runs) {
    const said = mainOf(run, key);
    const named = new Set(said?.defects.map(nameOf));
    for (const defect of said?.defects ?? []) {
      const claim = told.get(nameOf(defect)) ?? {
        defect: { kind: defect.kind, name: defect.names[0] },
        facts: [],
      };
      const isFirst = claim.facts.length === 0;
      const facts = mentionFacts(said?.life ?? { state: 'open' }, run.observedAt, isFirst);
      claim.facts.push(...facts.filter((fact) => fact.at === run.observedAt || isNews(fact, claim.facts)));
      told.set(nameOf(defect), claim);
    }
    for (const [name, claim] of told) {
      if (named.has(name)) continue;
      if (said !== undefined) claim.facts.push({ at: run.observedAt, closed: 'no-longer-named' });
      else if (main !== undefined && closesByAbsence(run, main, detail))
        claim.facts.push({ at: run.observedAt, closed: 'absent' });
    }
    main = said ?? main;
    detail = detailOf(run, key) ?? detail;
  }
  const severityAt = (at: number): Severity => {
    const saying = runs.filter((run) => mainOf(run, key) !== undefined);
    const run = saying.findLast(({ observedAt }) => observedAt <= at) ?? saying[0];
    return (run && mainOf(run, key)?.severity) ?? 'unknown';
  };
  if (main === undefined) throw new RangeError(`${key} was never mentioned`);
  const { source, category, channel } = runs[0]?.stream ?? { source: '', category: '', channel: '' };
  const claims = [...told.values()].map((claim) => ({
    defect: claim.defect,
    spans: fold(claim.facts),
  }));
  return { source, category, channel, key, main, detail, claims, holdMs, severityAt };
}

function nameOf(defect: KeyedDefect): string {
  return `${defect.kind} ${defect.names[0]}`;
}

/** What one mention says of when it was open, in the order in which it says it. */
function mentionFacts(life: Life, observedAt: number, isFirst: boolean): readonly Fact[] {
  const stated = (at: number | undefined) => (at === undefined ? undefined : Math.min(at, observedAt));
  const firstSeenAt = stated(life.firstSeenAt);
  const resolvedAt = stated(life.resolvedAt);
  const reopenedAt = stated(life.reopenedAt);
  if (life.state === 'resolved') {
    const end = resolvedAt ?? observedAt;
    const start = firstSeenAt ?? reopenedAt ?? resolvedAt ?? (isFirst ? observedAt : undefined);
    const facts: Fact[] = start === undefined ? [] : [{ at: start }];
    if (reopenedAt !== undefined && reopenedAt < end) facts.push({ at: reopenedAt });
    facts.push({ at: end, closed: 'stated' }, { at: observedAt, closed: 'stated' });
    return facts;
  }
  const start = firstSeenAt ?? observedAt;
  const facts: Fact[] = [{ at: start }];
  if (resolvedAt !== undefined && resolvedAt > start) {
    facts.push({ at: resolvedAt, closed: 'stated' });
    if (reopenedAt !== undefined && reopenedAt >= resolvedAt) facts.push({ at: reopenedAt });
  }
  facts.push({ at: observedAt });
  return facts;
}

/** What a mention tells of the past is told once: saying it again must not undo what was said between. */
function isNews(fact: Fact, told: readonly Fact[]): boolean {
  return !told.some(({ at, closed }) => at === fact.at && closed === fact.closed);
}

/** Whether a run that does not mention an observation may end it, judged by what was known before that run. */
function closesByAbsence(run: RecordedRun, main: KeyedObservation, detail: KeyedDetail | undefined): boolean {
  if (run.state !== 'complete' || run.coverage === undefined || !run.coverage.closes) return false;
  return includes(run.coverage, main, [...main.labels, ...(detail?.labels ?? [])]);
}

function includes(coverage: Coverage, main: KeyedObservation, labels: readonly Label[]): boolean {
  const { assets, classes, labels: wanted } = coverage;
  if (classes !== 'all' && !classes.includes(main.class)) return false;
  if (
    assets !== 'all' &&
    !assets.some(({ kind, name }) => kind === main.asset.kind && name === main.asset.name)
  )
    return false;
  if (wanted === 'all') return true;
  return wanted.every(({ kind }) => {
    const carried = labels.filter((label) => label.kind === kind);
    const isNamed = (label: Label) => wanted.some((one) => one.kind === kind && one.id === label.id);
    return carried.length > 0 && carried.every(isNamed);
  });
}

/** Facts in run order; sorting is stable, so that order decides between facts of one moment. */
function fold(facts: readonly Fact[]): readonly Span[] {
  const spans: Span[] = [];
  for (const { at, closed } of [...facts].sort((a, b) => a.at - b.at)) {
    const last = spans.at(-1);
    const isOpen = last !== undefined && last.closedAt === undefined;
    if (closed === undefined && !isOpen) spans.push({ openedAt: at });
    if (closed !== undefined && isOpen)
      spans[spans.length - 1] = { openedAt: last.openedAt, closedAt: at, reason: closed };
  }
  return spans;
}

/** An end strong enough to be the reason when several ends fall on one moment: a source's own word first. */
const STRENGTH: readonly EndReason[] = ['stated', 'no-longer-named', 'absent'];

/** Spans that lie no further apart than `gapMs` are one. */
export function joined(spans: readonly Span[], gapMs: number): readonly Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.openedAt - b.openedAt)) {
    const last = result.at(-1);
    if (last !== undefined && (last.closedAt === undefined || span.openedAt - last.closedAt <= gapMs))
      result[result.length - 1] = { ...laterEnd(last, span), openedAt: last.openedAt };
    else result.push(span);
  }
  return result;
}

function laterEnd(a: Span, b: Span): Span {
  if (a.closedAt === undefined || b.closedAt === undefined) return a.closedAt === undefined ? a : b;
  if (a.closedAt !== b.closedAt) return a.closedAt > b.closedAt ? a : b;
  return STRENGTH.indexOf(a.reason ?? 'absent') <= STRENGTH.indexOf(b.reason ?? 'absent') ? a : b;
}
