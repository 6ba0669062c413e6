/**
 * A vendor's limit that all workers of a deployment share. Calls get turns at fixed distances, one row a limit: who asks
 * reserves the next ones, so that whatever window the vendor counts in never holds more than it allows.
 */
import type { Db } from '../db.ts';

/** No honest line is longer. A turn farther away was given by a clock that was wrong, and is forgotten. */
const FARTHEST_MS = 300_000;

/**
 * Not in a transaction of ours: the one statement is atomic, and in PostgreSQL it must not wait while somebody else
 * publishes. In SQLite it may fall into a transaction that is open, and go back with it; then turns are given twice,
 * once, which the vendor answers with a pause.
 */
export async function takeCalls(
  db: Db,
  key: string,
  calls: number,
  spacingMs: number,
  now: number,
): Promise<number> {
  const spanMs = Math.ceil(calls * spacingMs);
  const [row] = await db.all<{ free_at: number }>(
    `INSERT INTO rate_bucket (key, free_at) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET free_at = excluded.free_at + CASE
       WHEN rate_bucket.free_at BETWEEN ? AND ? THEN rate_bucket.free_at - ? ELSE 0 END
     RETURNING free_at`,
    [key, now + spanMs, now, now + FARTHEST_MS, now],
  );
  if (row === undefined) throw new Error(`no turn was given for ${key}`);
  return row.free_at - spanMs - now;
}

export async function holdCalls(db: Db, key: string, holdMs: number, now: number): Promise<void> {
  const until = now + Math.min(Math.ceil(holdMs), FARTHEST_MS);
  await db.run(
    `INSERT INTO rate_bucket (key, free_at) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET free_at = excluded.free_at
       WHERE rate_bucket.free_at < excluded.free_at OR rate_bucket.free_at > ?`,
    [key, until, now + FARTHEST_MS],
  );
}
