import type { KeyedAdvisory } from '../../domain/keyed.ts';
import type { Db } from '../db.ts';
import { recordAdvisories } from './aliases.ts';
import { nextGeneration } from './generation.ts';
import { Identity } from './identity.ts';

/** How many are in memory at a time. */
const SOME = 500;

interface Row {
  readonly name_id: number;
  readonly source: string;
  readonly recorded_at: number;
}

/**
 * Every advisory as it stands, in the order in which they were learned, under its own source and time: what follows from
 * advisories, and a store of an earlier version does not hold, is then as if it had been worked out when they came. Of
 * earlier revisions nothing is left to say. Inside the caller's transaction.
 */
export async function recordAdvisoriesAgain(db: Db): Promise<void> {
  const rows = await db.all<Row>(
    'SELECT name_id, source, recorded_at FROM advisory ORDER BY recorded_at, modified_at, name_id',
  );
  for (const { source, recordedAt, names } of toldTogether(rows)) {
    await recordAdvisories(db, new Identity(db), source, await contents(db, names), recordedAt);
  }
  await nextGeneration(db);
}

interface Together {
  readonly source: string;
  readonly recordedAt: number;
  readonly names: number[];
}

function toldTogether(rows: readonly Row[]): readonly Together[] {
  const all: Together[] = [];
  for (const { name_id, source, recorded_at } of rows) {
    const last = all.at(-1);
    const isWithLast = last?.source === source && last.recordedAt === recorded_at && last.names.length < SOME;
    if (isWithLast) last.names.push(name_id);
    else all.push({ source, recordedAt: recorded_at, names: [name_id] });
  }
  return all;
}

async function contents(db: Db, names: readonly number[]): Promise<readonly KeyedAdvisory[]> {
  const rows = await db.find<{ content: string }>(
    'advisory',
    ['name_id'],
    ['content'],
    names.map((name) => [name]),
  );
  return rows.flatMap((row) => (row === undefined ? [] : [JSON.parse(row.content) as KeyedAdvisory]));
}
