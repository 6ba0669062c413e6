/**
 * Findings by id within a source or channel. A planner walks all findings until a page is full, or gathers all of the
 * source first; walking the claims of the source's streams, which an index holds in this order, does neither.
 */
import type { Db } from '../db.ts';
import { hideFromIndexes } from './filter-sql.ts';
import type { Sql } from './narrow.ts';

/** More streams than this and most findings are theirs anyway. */
export const WALKABLE_STREAMS = 50;
const FIRST_STEP = 200;
const LONGEST_STEP = 20_000;

/** At most `limit` ids above `after` of findings that the streams claim and `where` lets through, in order. */
export async function walkStreams(
  db: Db,
  streams: readonly number[],
  where: Sql,
  after: number,
  limit: number,
): Promise<readonly number[]> {
  const found: number[] = [];
  let step = Math.min(Math.max(FIRST_STEP, limit), LONGEST_STEP);
  let last = after;
  while (found.length < limit) {
    const claimed = await claimedAfter(db, streams, last, step);
    const passed = await db.all<{ id: number }>(
      `SELECT f.id FROM finding f WHERE f.id IN ${db.list('int')} AND ${hideFromIndexes(where.text)} ORDER BY f.id`,
      [db.listValue(claimed), ...where.parameters],
    );
    found.push(...passed.map(({ id }) => id));
    const end = claimed.at(-1);
    if (end === undefined || claimed.length < step) break;
    last = end;
    step = Math.min(step * 2, LONGEST_STEP);
  }
  return found.slice(0, limit);
}

async function claimedAfter(
  db: Db,
  streams: readonly number[],
  after: number,
  limit: number,
): Promise<readonly number[]> {
  if (streams.length === 0) return [];
  const arms = streams.map(
    (stream, index) =>
      `SELECT finding_id FROM (SELECT DISTINCT finding_id FROM claim
       WHERE stream_id = ${stream} AND finding_id > ? ORDER BY finding_id LIMIT ?) AS stream_${index}`,
  );
  const rows = await db.all<{ finding_id: number }>(`${arms.join(' UNION ')} ORDER BY finding_id LIMIT ?`, [
    ...streams.flatMap(() => [after, limit]),
    limit,
  ]);
  return rows.map(({ finding_id }) => finding_id);
}
