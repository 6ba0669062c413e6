import type { FindingId } from '../../domain/finding.ts';
import { type Rating, unpackRating } from '../core/rating.ts';
import type { Db } from '../db.ts';

interface Row {
  readonly vulnerability_id: number;
  readonly name_id: number;
  readonly valid_at: number;
  readonly recorded_at: number;
  readonly rating: number | null;
}

/**
 * How severe advisories on these vulnerabilities said they were at a moment: each by its latest revision until then, by
 * its first one if that came later.
 */
export async function ratingsAt(
  db: Db,
  vulnerabilities: readonly number[],
  validAt: number,
): Promise<ReadonlyMap<number, Rating>> {
  if (vulnerabilities.length === 0) return new Map();
  const rows = await db.all<Row>(
    `SELECT n.vulnerability_id, r.name_id, r.valid_at, r.recorded_at, r.rating
     FROM name n CROSS JOIN advisory_rating r
     WHERE n.vulnerability_id IN ${db.list('int')} AND r.name_id = n.id`,
    [db.listValue([...new Set(vulnerabilities)])],
  );
  const worst = new Map<number, number>();
  for (const revisions of Map.groupBy(rows, ({ name_id }) => name_id).values()) {
    const inOrder = [...revisions].sort(byTime);
    const first = inOrder[0];
    const then =
      inOrder.findLast(({ valid_at }) => valid_at <= validAt) ??
      inOrder.findLast(({ valid_at }) => valid_at === first?.valid_at);
    if (then === undefined || then.rating === null) continue;
    worst.set(then.vulnerability_id, Math.max(then.rating, worst.get(then.vulnerability_id) ?? 0));
  }
  return new Map([...worst].map(([id, rating]) => [id, unpackRating(rating)]));
}

function byTime(a: Row, b: Row): number {
  return a.valid_at - b.valid_at || a.recorded_at - b.recorded_at;
}

/** The advisory that says the worst of what a finding is about, the first of several by name. */
export async function loadWorstAdvisory(db: Db, finding: FindingId): Promise<string | undefined> {
  const [worst] = await db.all<{ name: string }>(
    `SELECT n.name FROM name n JOIN advisory a ON a.name_id = n.id
     WHERE n.vulnerability_id = (SELECT vulnerability_id FROM finding WHERE id = ?) AND a.rating IS NOT NULL
     ORDER BY a.rating DESC, n.name LIMIT 1`,
    [finding],
  );
  return worst?.name;
}
