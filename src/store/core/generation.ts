/**
 * Counts publications. What was looked up while the count stood at a number still holds as long as it does: no
 * observation changed, no finding moved.
 */
import type { Db } from '../db.ts';

const NAME = 'publication';

export async function readGeneration(db: Db): Promise<number> {
  const [row] = await db.find<{ next: number }>('sequence', ['name'], ['next'], [[NAME]]);
  return row?.next ?? 0;
}

/** Inside the transaction that publishes. */
export async function nextGeneration(db: Db): Promise<void> {
  await db.run(
    'INSERT INTO sequence (name, next) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET next = sequence.next + 1',
    [NAME],
  );
}
