/** Findings from their claims: values by the written precedence, episodes from the claims' spans. */
import type { Episode } from '../../domain/finding.ts';
import { type Contribution, mergeValues } from '../../domain/merge.ts';
import { UNKNOWN_CODE } from '../../domain/severity.ts';
import { type ClaimSpans, episodesOf, type Span } from '../../domain/timeline.ts';
import type { Db, Value } from '../db.ts';
import type { ChangeLog } from './changes.ts';
import { DERIVED, type FindingRow } from './finding-row.ts';
import { unpackRating } from './rating.ts';

export interface ClaimSpansRow {
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly reason: string | null;
  readonly past: string | null;
}

interface ClaimRow extends ClaimSpansRow {
  readonly finding_id: number;
  readonly live: number;
  readonly severity: number;
  readonly score: number | null;
  readonly facts: number;
  readonly fixable: number;
  readonly detail_fixable: number;
  readonly set_aside: number;
  readonly due_at: number | null;
  readonly occurrences: number;
  readonly detail_occurrences: number;
  readonly title: string | null;
  readonly detail_title: string | null;
  readonly hold_ms: number;
  readonly tie: string;
}

export interface Computed {
  readonly values: Omit<FindingRow, 'id'>;
  readonly episodes: readonly Episode[];
}

export function computeFinding(
  claims: readonly { contribution: Contribution; spans: ClaimSpans }[],
): Computed {
  const merged = mergeValues(oncePerObservation(claims));
  const episodes = episodesOf(claims.map(({ spans }) => spans));
  const last = episodes.at(-1);
  if (last === undefined) throw new RangeError('a finding has at least one episode');
  return {
    episodes,
    values: {
      open: Number(last.closedAt === undefined),
      severity: merged.severity,
      score: merged.score,
      facts: merged.facts,
      fixable: Number(merged.fixable),
      set_aside: Number(merged.isSetAside),
      due_at: merged.dueAt,
      occurrences: merged.occurrences,
      opened_at: last.openedAt,
      closed_at: last.closedAt ?? null,
      title: merged.title,
    },
  };
}

/** Where no observation knows the severity, what advisories say of it. */
export async function rated<
  T extends { readonly vulnerability: number; readonly values: Computed['values'] },
>(db: Db, all: readonly T[]): Promise<readonly T[]> {
  const unknown = all.filter(({ values }) => values.severity === UNKNOWN_CODE);
  if (unknown.length === 0) return all;
  const ids = [...new Set(unknown.map(({ vulnerability }) => vulnerability))];
  const rows = await db.select<{ id: number; rating: number | null }>(
    'vulnerability',
    'id',
    ['id', 'rating'],
    ids,
  );
  const ratings = new Map(
    rows.flatMap(({ id, rating }) => (rating === null ? [] : [[id, unpackRating(rating)]])),
  );
  return all.map((one) => {
    const rating = one.values.severity === UNKNOWN_CODE ? ratings.get(one.vulnerability) : undefined;
    return rating === undefined ? one : { ...one, values: { ...one.values, ...rating } };
  });
}

/** An observation may claim a finding twice, by two names of one vulnerability: it speaks once, and lives while either does. */
function oncePerObservation(claims: readonly { contribution: Contribution }[]): readonly Contribution[] {
  const spoken = new Map<string, Contribution>();
  for (const { contribution } of claims) {
    const known = spoken.get(contribution.tie);
    if (known === undefined || contribution.live) spoken.set(contribution.tie, contribution);
  }
  return [...spoken.values()];
}

export function derivedOf(values: Omit<FindingRow, 'id'>): readonly Value[] {
  return DERIVED.map((column) => values[column]);
}

export function spansOf(claim: ClaimSpansRow): readonly Span[] {
  const past = claim.past === null ? [] : (JSON.parse(claim.past) as Span[]);
  const reason = claim.reason as Span['reason'];
  return [...past, { openedAt: claim.opened_at, closedAt: claim.closed_at, reason }];
}

/** The claim's columns for its spans: the last one in place, the earlier ones as JSON. */
export function spanColumns(spans: readonly Span[]): {
  live: number;
  opened_at: number;
  closed_at: number | null;
  reason: string | null;
  past: string | null;
} {
  const last = spans.at(-1);
  if (last === undefined) throw new RangeError('a claim has at least one span');
  return {
    live: Number(last.closedAt === null),
    opened_at: last.openedAt,
    closed_at: last.closedAt,
    reason: last.reason,
    past: spans.length === 1 ? null : JSON.stringify(spans.slice(0, -1)),
  };
}

/**
 * Works these findings out again and writes what differs. A finding left without claims is not touched: whoever took
 * its claims away decides what becomes of it. `mayBeUnchanged` false counts a finding as updated even if no column
 * of it moved, because something it shows did.
 */
export async function recomputeFindings(db: Db, ids: readonly number[], log: ChangeLog): Promise<void> {
  for (let start = 0; start < ids.length; start += 1000) {
    await recomputeSome(db, ids.slice(start, start + 1000), log);
  }
}

async function recomputeSome(db: Db, ids: readonly number[], log: ChangeLog): Promise<void> {
  const list = [db.listValue(ids)];
  const claims = Map.groupBy(
    await db.all<ClaimRow>(
      `SELECT c.finding_id, c.live, c.opened_at, c.closed_at, c.reason, c.past, o.severity, o.score, o.facts,
              o.fixable, o.detail_fixable, o.set_aside, o.due_at, o.occurrences, o.detail_occurrences, o.title, o.detail_title,
              s.hold_ms, s.source || ' ' || s.category || ' ' || s.channel || ' ' || o.key AS tie
       FROM claim c JOIN observation o ON o.id = c.observation_id JOIN stream s ON s.id = o.stream_id
       WHERE c.finding_id IN ${db.list('int')}`,
      list,
    ),
    (row) => row.finding_id,
  );
  const old = new Map(
    (
      await db.all<FindingRow & { vulnerability_id: number }>(
        `SELECT id, vulnerability_id, ${DERIVED.join(', ')} FROM finding WHERE id IN ${db.list('int')}`,
        list,
      )
    ).map((row) => [row.id, row]),
  );
  const oldEpisodes = await loadEpisodes(db, ids);
  const computed = ids.flatMap((id) => {
    const before = old.get(id);
    const own = claims.get(id);
    if (before === undefined || own === undefined) return [];
    return [{ before, vulnerability: before.vulnerability_id, ...computeFinding(own.map(claimOf)) }];
  });
  const updates: Value[][] = [];
  const rewritten: [number, readonly Episode[]][] = [];
  for (const { before, values, episodes } of await rated(db, computed)) {
    const { id } = before;
    const differs = DERIVED.some((column) => values[column] !== before[column]);
    if (differs) updates.push([id, ...derivedOf(values)]);
    if (!sameEpisodes(oldEpisodes.get(id) ?? [], episodes)) rewritten.push([id, episodes]);
    log.recomputed(id, before, values, differs);
  }
  await db.update('finding', 'id', DERIVED, updates);
  await writeEpisodes(db, rewritten);
}

function claimOf(row: ClaimRow): { contribution: Contribution; spans: ClaimSpans } {
  return {
    contribution: {
      live: row.live === 1,
      severity: row.severity,
      score: row.score,
      facts: row.facts,
      fixable: row.fixable + row.detail_fixable > 0,
      occurrences: row.detail_occurrences > 0 ? row.detail_occurrences : row.occurrences,
      dueAt: row.due_at,
      title: row.title ?? row.detail_title,
      isSetAside: row.set_aside === 1,
      tie: row.tie,
    },
    spans: { spans: spansOf(row), holdMs: row.hold_ms },
  };
}

async function loadEpisodes(db: Db, ids: readonly number[]): Promise<Map<number, Episode[]>> {
  interface Row {
    readonly finding_id: number;
    readonly opened_at: number;
    readonly closed_at: number | null;
    readonly reason: string | null;
  }
  const rows = await db.all<Row>(
    `SELECT finding_id, opened_at, closed_at, reason FROM episode WHERE finding_id IN ${db.list('int')}
     ORDER BY finding_id, opened_at`,
    [db.listValue(ids)],
  );
  const episodes = new Map<number, Episode[]>();
  for (const row of rows) {
    const list = episodes.get(row.finding_id) ?? [];
    list.push({
      openedAt: row.opened_at,
      closedAt: row.closed_at ?? undefined,
      reason: (row.reason ?? undefined) as Episode['reason'],
    });
    episodes.set(row.finding_id, list);
  }
  return episodes;
}

function sameEpisodes(a: readonly Episode[], b: readonly Episode[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index];
      return (
        one.openedAt === other?.openedAt && one.closedAt === other.closedAt && one.reason === other.reason
      );
    })
  );
}

async function writeEpisodes(db: Db, findings: readonly [number, readonly Episode[]][]): Promise<void> {
  await db.remove(
    'episode',
    'finding_id',
    findings.map(([id]) => id),
  );
  await db.insert(
    'episode',
    findings.flatMap(([id, episodes]) => episodes.map((one) => episodeRow(id, one))),
  );
}

/** Findings that nothing claims any more. What was judged of them stays in their history. */
export async function removeFindings(db: Db, ids: readonly number[]): Promise<void> {
  await db.remove('episode', 'finding_id', ids);
  await db.remove('finding', 'id', ids);
}

export function episodeRow(findingId: number, episode: Episode): readonly Value[] {
  return [findingId, episode.openedAt, episode.closedAt ?? null, episode.reason ?? null];
}
