/**
 * How severe advisories say a vulnerability is. It counts where no observation knows: then the finding shows the worst of
 * what the latest revision of each advisory on it says, with the score that goes with it.
 */
import { UNKNOWN_CODE } from '../../domain/severity.ts';
import type { Db, Value } from '../db.ts';
import type { ChangeLog } from './changes.ts';
import { recomputeFindings } from './findings.ts';
import { unpackRating } from './rating.ts';

/** What one revision of an advisory says. */
export interface RatedRevision {
  /** Id of the advisory's own name. */
  readonly name: number;
  readonly modifiedAt: number;
  readonly rating: number | null;
}

/** Every revision is kept, whatever order they arrive in; one that is only read again is not. */
export async function recordRatings(
  db: Db,
  revisions: readonly RatedRevision[],
  recordedAt: number,
): Promise<void> {
  interface Row {
    readonly name_id: number;
    readonly valid_at: number;
    readonly recorded_at: number;
    readonly rating: number | null;
  }
  const known = Map.groupBy(
    await db.select<Row>(
      'advisory_rating',
      'name_id',
      ['name_id', 'valid_at', 'recorded_at', 'rating'],
      revisions.map(({ name }) => name),
    ),
    (row) => row.name_id,
  );
  const fresh: Value[][] = [];
  for (const { name, modifiedAt, rating } of revisions) {
    const same = (known.get(name) ?? []).filter((row) => row.valid_at === modifiedAt);
    const last = same.sort((a, b) => a.recorded_at - b.recorded_at).at(-1);
    if (last?.rating === rating) continue;
    if (same.some((row) => row.recorded_at === recordedAt))
      await db.run('DELETE FROM advisory_rating WHERE name_id = ? AND valid_at = ? AND recorded_at = ?', [
        name,
        modifiedAt,
        recordedAt,
      ]);
    fresh.push([name, modifiedAt, recordedAt, rating]);
  }
  await db.insert('advisory_rating', fresh);
}

/** After the advisories of these names, or of any in their set, say something else. */
export async function rateNames(db: Db, names: readonly number[], log: ChangeLog): Promise<void> {
  const rows = await db.select<{ vulnerability_id: number }>('name', 'id', ['vulnerability_id'], names);
  await rateVulnerabilities(db, [...new Set(rows.map((row) => row.vulnerability_id))], log);
}

/** After what advisories say of their names, or which names they have, has changed. */
export async function rateVulnerabilities(db: Db, ids: readonly number[], log: ChangeLog): Promise<void> {
  if (ids.length === 0) return;
  const rows = await db.all<{ id: number; rating: number | null }>(
    `SELECT n.vulnerability_id AS id, max(a.rating) AS rating
     FROM name n CROSS JOIN advisory a
     WHERE n.vulnerability_id IN ${db.list('int')} AND a.name_id = n.id GROUP BY n.vulnerability_id`,
    [db.listValue(ids)],
  );
  const now = new Map(rows.map(({ id, rating }) => [id, rating]));
  await setRatings(db, new Map(ids.map((id) => [id, now.get(id) ?? null])), log);
}

/** What advisories say of these vulnerabilities now; findings that show what they said before follow. */
export async function setRatings(
  db: Db,
  ratings: ReadonlyMap<number, number | null>,
  log: ChangeLog,
): Promise<void> {
  const before = await db.select<{ id: number; rating: number | null }>(
    'vulnerability',
    'id',
    ['id', 'rating'],
    [...ratings.keys()],
  );
  const moved = before.filter(({ id, rating }) => rating !== (ratings.get(id) ?? null));
  if (moved.length === 0) return;
  await db.update(
    'vulnerability',
    'id',
    ['rating'],
    moved.map(({ id }) => [id, ratings.get(id) ?? null]),
  );
  const findings = await db.select<{ id: number; vulnerability_id: number; severity: number }>(
    'finding',
    'vulnerability_id',
    ['id', 'vulnerability_id', 'severity'],
    moved.map(({ id }) => id),
  );
  // Those that show what was said before, or nothing. What an observation knows stays.
  const shown = new Set([UNKNOWN_CODE, ...moved.flatMap(({ rating }) => severityIn(rating))]);
  const concerned = findings.filter(({ severity }) => shown.has(severity));
  await recomputeFindings(
    db,
    concerned.map(({ id }) => id),
    log,
  );
}

function severityIn(rating: number | null): readonly number[] {
  return rating === null ? [] : [unpackRating(rating).severity];
}
