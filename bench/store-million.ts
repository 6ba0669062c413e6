/**
 * What a store of 1,000,000 findings answers, on SQLite and on PostgreSQL: each question with its time, and no plan of
 * a list, a detail or a gate's question may walk a large table from end to end.
 */

import { importScan } from '../src/flows/import.ts';
import type { Db } from '../src/store/db.ts';
import { migrate } from '../src/store/migrations.ts';
import { openPostgresDb } from '../src/store/postgres/db.ts';
import { openPostgresStore } from '../src/store/postgres/open.ts';
import { createReader } from '../src/store/read/reader.ts';
import { openSqliteDb } from '../src/store/sqlite/db.ts';
import { createTestDatabase, isPostgresHere, postgresNeed } from '../test/support/postgres.ts';
import { type Bench, type BenchContext, type Figure, figure, median } from './harness.ts';
import { copyTables } from './support/copy-tables.ts';
import { fullStoreFile, largeScanFile } from './support/million.ts';
import { type Asked, fullScans, noting, type Question, questions } from './support/store-questions.ts';
import { watch } from './support/watch.ts';

type Dialect = 'sqlite' | 'postgres';

const ROUNDS = 5;
/**
 * The slowest question of a kind, ms. Every page has one bound, whatever its order. Counts and what was open at a moment
 * read everything they speak of.
 */
const AT_MOST: Readonly<Record<Question['kind'], number>> = {
  'first page': 100,
  'deep page': 100,
  'page by id': 100,
  detail: 10,
  count: 1000,
  gate: 150,
  history: 20_000,
};
const MAY_WALK: ReadonlySet<Question['kind']> = new Set(['count', 'history']);

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const path = await fullStoreFile();
  const sqlite = await openSqliteDb({ path, readOnly: true });
  try {
    const figures = [...(await measure(sqlite, 'sqlite', context))];
    if (isPostgresHere()) figures.push(...(await measurePostgres(sqlite, context)));
    else context.say(`left out: PostgreSQL; needed: ${postgresNeed}`);
    return figures;
  } finally {
    await sqlite.close();
  }
}

async function measurePostgres(from: Db, context: BenchContext): Promise<readonly Figure[]> {
  await using database = await createTestDatabase();
  const db = openPostgresDb({ url: database.url, connections: 2 });
  try {
    await migrate(db, 'postgres');
    const startedAt = performance.now();
    await copyTables(from, db);
    // A server at work does this by itself once a fifth of a table is new (autovacuum, also for rows that only arrive).
    await db.run('VACUUM ANALYZE');
    context.say(`postgres: filled in ${Math.round((performance.now() - startedAt) / 1000)} s`);
    const figures = await measure(db, 'postgres', context);
    await importInto(database.url, context);
    return figures;
  } finally {
    await db.close();
  }
}

/** Said, not judged: how long the scan of the import bench takes here. */
async function importInto(url: string, { say }: BenchContext): Promise<void> {
  const path = await largeScanFile();
  const store = await openPostgresStore({ url });
  try {
    for (const what of ['imported', 'unchanged']) {
      const { ms, result } = await watch(() =>
        importScan({
          store,
          file: { name: 'scan', path, async [Symbol.asyncDispose]() {} },
          options: { channel: 'production' },
          now: () => Date.UTC(2026, 5, 1),
          signal: new AbortController().signal,
        }),
      );
      say(`postgres: ${result.findings} findings ${what} in ${Math.round(ms)} ms`);
    }
  } finally {
    await store.close();
  }
}

async function measure(
  db: Db,
  dialect: Dialect,
  { say, slowdown }: BenchContext,
): Promise<readonly Figure[]> {
  const slowest = new Map<Question['kind'], number>();
  const walks: string[] = [];
  const all: readonly Question[] = [
    ...questions(),
    { name: 'open at a moment', kind: 'history', ask: (reader) => reader.openAt(Date.UTC(2026, 0, 10)) },
  ];
  for (const question of all) {
    const asked: Asked[] = [];
    const reader = createReader(noting(db, asked));
    await question.ask(reader);
    const ms = await timed(() => question.ask(reader), slowdown, question.kind === 'history' ? 1 : ROUNDS);
    const own = MAY_WALK.has(question.kind) ? [] : await walksOf(db, dialect, asked);
    say(
      `${dialect}: ${question.name}: ${ms.toFixed(1)} ms${own.length > 0 ? `, walks: ${own.join('; ')}` : ''}`,
    );
    walks.push(...own);
    slowest.set(question.kind, Math.max(slowest.get(question.kind) ?? 0, ms));
  }
  return [
    ...[...slowest].map(([kind, value]) =>
      figure({ name: `${dialect}: slowest ${kind}`, value, unit: 'ms' }, { atMost: AT_MOST[kind] }),
    ),
    figure({ name: `${dialect}: walks of a large table`, value: walks.length, unit: 'plans' }, { atMost: 0 }),
  ];
}

async function timed(ask: () => Promise<unknown>, times: number, rounds: number): Promise<number> {
  const timesMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    for (let n = 0; n < times; n++) await ask();
    timesMs.push(performance.now() - startedAt);
  }
  return median(timesMs);
}

async function walksOf(db: Db, dialect: Dialect, asked: readonly Asked[]): Promise<readonly string[]> {
  const statements = new Map(asked.map((one) => [one.sql, one]));
  const walks = new Set<string>();
  for (const one of statements.values())
    for (const walk of await fullScans(db, dialect, one)) walks.add(walk);
  return [...walks];
}

export const bench: Bench = { name: 'store-million', run };
