/** The life of what is said again, taken on from where it stood: the law of `recompute.ts` in order. */
import type { Life } from '../../domain/statement.ts';
import { continueSpans, type Fact, factsOf, untold } from '../../domain/timeline.ts';
import type { Db, Value } from '../db.ts';
import { spanColumns, spansOf } from './findings.ts';
import { type Identity, nameKey } from './identity.ts';
import { type Again, type ClaimRow, SPAN_COLUMNS } from './observation-row.ts';
import type { Publication, RunFacts } from './publication.ts';
import type { MainBody } from './rows.ts';

/** Continues each known claim with what this mention says, unless it tells of a past the store did not know. */
export async function continueLives(
  db: Db,
  run: RunFacts,
  identity: Identity,
  out: Publication,
  again: readonly Again[],
  claims: ReadonlyMap<number, readonly ClaimRow[]>,
  touched: Set<number>,
  before: ReadonlyMap<number, MainBody>,
): Promise<void> {
  const names = await identity.names(again.flatMap(({ statement }) => statement.defects));
  const since = await revisionsSince(db, again);
  const updates: Value[][] = [];
  const liveness: Value[][] = [];
  for (const { statement, row } of again) {
    const { observedAt, newestOther: horizon = Number.NEGATIVE_INFINITY } = run;
    const facts = factsOf(statement.life, observedAt, false);
    const earlier = before.get(row.id)?.life ?? statement.life;
    const told = factsOf(earlier, since.get(row.main_revision) ?? observedAt, false);
    const past = facts.filter(({ at }) => at <= horizon && at !== observedAt);
    if (untold(past, observedAt, told).length > 0) out.stale.add(row.id);
    // What is stated and open is live by the defects it names, old or new ones.
    const isLive = Number(statement.life.state === 'open');
    if (isLive !== row.live) liveness.push([row.id, isLive]);
    // Worked out again from all runs, and not from here.
    if (out.stale.has(row.id)) continue;
    const news = facts.filter(({ at }) => at > horizon || at === observedAt).sort((a, b) => a.at - b.at);
    const named = new Set(
      statement.defects.map(({ kind, names: own }) => names.get(nameKey(kind, own[0]))?.id),
    );
    for (const claim of claims.get(row.id) ?? []) {
      const spans = spansOf(claim);
      const says: readonly Fact[] = named.has(claim.name_id)
        ? news
        : [{ at: observedAt, closed: 'no-longer-named' }];
      const after = continueSpans(spans, says);
      if (after !== spans) {
        const columns = spanColumns(after);
        updates.push([claim.id, ...SPAN_COLUMNS.map((column) => columns[column])]);
      }
      if (after !== spans || statement.digest !== row.main_digest) touched.add(claim.finding_id);
    }
  }
  await db.update('claim', 'id', SPAN_COLUMNS, updates);
  await db.update('observation', 'id', ['live'], liveness);
}

/** When each current revision was first said, for statements that carry times of their own. */
async function revisionsSince(db: Db, again: readonly Again[]): Promise<ReadonlyMap<number, number>> {
  const timed = again.filter(({ statement }) => isTimed(statement.life));
  const ids = timed.map(({ row }) => row.main_revision);
  const rows = await db.select<{ id: number; valid_at: number }>('revision', 'id', ['id', 'valid_at'], ids);
  return new Map(rows.map(({ id, valid_at }) => [id, valid_at]));
}

function isTimed({ firstSeenAt, resolvedAt, reopenedAt }: Life): boolean {
  return (firstSeenAt ?? resolvedAt ?? reopenedAt) !== undefined;
}
