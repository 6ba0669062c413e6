/**
 * The life of a claim (one observation naming one defect) as a fold over facts in time. A fact says "open" or
 * "closed" at a moment of the source's clock; facts are sorted by that moment, so the order in which they were
 * learned never matters. Spans are what is left of them; episodes are spans with the source's hold time applied.
 */
import type { EndReason, Episode } from './finding.ts';
import type { Life } from './statement.ts';

/** `closedAt` null: still open. */
export interface Span {
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly reason: EndReason | null;
}

export interface Fact {
  readonly at: number;
  /** Null: open at this moment. Otherwise closed, and why. */
  readonly closed: EndReason | null;
}

/**
 * What one mention at `observedAt` says. Times the source states later than its own observation are its clock's
 * error and count as that moment. `isFirst`: nothing was said of this claim before, so that what is resolved, nobody
 * saying since when, is supposed to have been open once.
 */
export function factsOf(life: Life, observedAt: number, isFirst: boolean): readonly Fact[] {
  const clamp = (at: number | undefined): number | undefined =>
    at === undefined ? undefined : Math.min(at, observedAt);
  const firstSeenAt = clamp(life.firstSeenAt);
  const resolvedAt = clamp(life.resolvedAt);
  const reopenedAt = clamp(life.reopenedAt);
  const facts: Fact[] = [];
  if (life.state === 'open') {
    const first = firstSeenAt ?? observedAt;
    facts.push({ at: first, closed: null });
    if (resolvedAt !== undefined && resolvedAt > first) {
      facts.push({ at: resolvedAt, closed: 'stated' });
      if (reopenedAt !== undefined && reopenedAt >= resolvedAt) facts.push({ at: reopenedAt, closed: null });
    }
    facts.push({ at: observedAt, closed: null });
    return facts;
  }
  const end = resolvedAt ?? observedAt;
  const first = firstSeenAt ?? reopenedAt ?? resolvedAt ?? (isFirst ? observedAt : undefined);
  if (first !== undefined) facts.push({ at: first, closed: null });
  if (reopenedAt !== undefined && reopenedAt < end) facts.push({ at: reopenedAt, closed: null });
  // Whatever an earlier run believed after its end, at this moment the source says it is resolved.
  facts.push({ at: end, closed: 'stated' }, { at: observedAt, closed: 'stated' });
  return facts;
}

/**
 * What a mention tells of the past is told once: saying it again must not undo what was said between. What it says of
 * its own moment always counts.
 */
export function untold(facts: readonly Fact[], observedAt: number, told: readonly Fact[]): readonly Fact[] {
  const isTold = (fact: Fact): boolean =>
    told.some(({ at, closed }) => at === fact.at && closed === fact.closed);
  return facts.filter((fact) => fact.at === observedAt || !isTold(fact));
}

/** Facts in run order (and, within a mention, as stated); sorting by time keeps that order between equals. */
export function foldFacts(facts: readonly Fact[]): readonly Span[] {
  return continueSpans(
    [],
    [...facts].sort((a, b) => a.at - b.at),
  );
}

/** Appends facts that are in order and none of which lies before what made `spans`: the same as folding all at once. */
export function continueSpans(spans: readonly Span[], facts: readonly Fact[]): readonly Span[] {
  let result: readonly Span[] = spans;
  for (const fact of facts) {
    const last = result.at(-1);
    const isOpen = last !== undefined && last.closedAt === null;
    if (fact.closed === null) {
      if (!isOpen) result = [...result, { openedAt: fact.at, closedAt: null, reason: null }];
    } else if (isOpen) {
      result = [...result.slice(0, -1), { openedAt: last.openedAt, closedAt: fact.at, reason: fact.closed }];
    }
  }
  return result;
}

export interface ClaimSpans {
  readonly spans: readonly Span[];
  /** Resolved and back within this time is one episode, ms. */
  readonly holdMs: number;
}

/** Episodes of a finding: each claim's spans joined over its hold time, then all of them where they touch. */
export function episodesOf(claims: readonly ClaimSpans[]): readonly Episode[] {
  const only = claims.length === 1 ? claims[0] : undefined;
  const [single] = only?.spans ?? [];
  if (only !== undefined && single !== undefined && only.spans.length === 1) return [toEpisode(single)];
  const held = claims.flatMap(({ spans, holdMs }) => joinSpans(spans, holdMs));
  return joinSpans(held, 0).map(toEpisode);
}

function joinSpans(spans: readonly Span[], gapMs: number): readonly Span[] {
  const joined: Span[] = [];
  for (const span of [...spans].sort(byOpening)) {
    const last = joined.at(-1);
    if (last === undefined || (last.closedAt !== null && span.openedAt - last.closedAt > gapMs))
      joined.push(span);
    else joined[joined.length - 1] = { ...laterEnd(last, span), openedAt: last.openedAt };
  }
  return joined;
}

function byOpening(a: Span, b: Span): number {
  return a.openedAt - b.openedAt || (a.closedAt ?? Number.MAX_VALUE) - (b.closedAt ?? Number.MAX_VALUE);
}

function laterEnd(a: Span, b: Span): Span {
  if (a.closedAt === null) return a;
  if (b.closedAt === null || b.closedAt > a.closedAt) return b;
  return b.closedAt === a.closedAt && weightOf(b) >= weightOf(a) ? b : a;
}

/** Of several ends at one moment the source's own word is the reason, then what it no longer names, then silence. */
const WEIGHTS = { stated: 3, 'no-longer-named': 2, absent: 1 } as const satisfies Record<EndReason, number>;

function weightOf({ reason }: Span): number {
  return reason === null ? 0 : WEIGHTS[reason];
}

function toEpisode(span: Span): Episode {
  return span.closedAt === null
    ? { openedAt: span.openedAt }
    : { openedAt: span.openedAt, closedAt: span.closedAt, reason: span.reason ?? undefined };
}
