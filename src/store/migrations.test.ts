import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { describe, it, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasPostgres, postgresNeed } from '../../test/support/postgres.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { findingsIn, shownOf } from './contract/recording.ts';
import { DAY_MS, NOON } from './contract/statements.ts';
import {
  allRows,
  asOfVersion1,
  emptyPostgres,
  emptySqlite,
  shapeOf,
  type TestedStore,
} from './fixtures/older-stores.ts';
import { tell } from './fixtures/version-1/story.ts';
import { inspectStore } from './inspect.ts';
import { ddlOf, SCHEMA_VERSION } from './migrations.ts';
import { TABLES, type TableName } from './schema.ts';
import type { Store } from './store.ts';

const OPEN_AND_DIE = fileURLToPath(new URL('fixtures/open-and-die.ts', import.meta.url));

/** Of the statements that make today's tables. */
const DIGESTS = { version: 2, sqlite: '42b05fbc7680dcbd', postgres: '2ef0b022cd235138' };

test('the tables do not change without a version', () => {
  const today = { version: SCHEMA_VERSION, sqlite: digestOf('sqlite'), postgres: digestOf('postgres') };

  assert.deepEqual(
    today,
    DIGESTS,
    `src/store/schema.ts makes other tables than a store of version ${DIGESTS.version} has: raise SCHEMA_VERSION in
src/store/migrations.ts, add to STEPS what older stores have to work out again, test it here with a store of the version before, and
then write ${JSON.stringify(today)} above`,
  );
});

function digestOf(dialect: TestedStore['dialect']): string {
  const statements = (Object.keys(TABLES) as TableName[]).flatMap((table) => ddlOf(table, dialect));
  return hash('sha256', statements.join('\n')).slice(0, 16);
}

describe('a store of an earlier version', () => {
  onKind('SQLite', emptySqlite);
  if (hasPostgres()) onKind('PostgreSQL', emptyPostgres);
  else it('PostgreSQL is left out', (context) => context.diagnostic(`needed: ${postgresNeed}`));
});

function onKind(kind: string, empty: () => Promise<TestedStore>): void {
  describe(`on ${kind}`, () => {
    it('shows what one shows that is told the same today, at any moment', async () => {
      await using older = await asOfVersion1(await empty());
      await using told = await empty();
      await using store = await older.open();
      await using today = await told.open();
      await tell(today);

      const [shown, expected] = [await allShown(store), await allShown(today)];

      assert.deepEqual(shown, expected);
      assert.deepEqual(await shownOf(store, ({ severity, score }) => [severity, score]), {
        'CVE-2099-1000': ['high', 8.1],
        'CVE-2099-2000': ['low', 2],
        'CVE-2099-3000': ['unknown', undefined],
        'CVE-2099-4000': ['unknown', undefined],
      });
      const then = await store.reader.openAt(NOON);
      assert.deepEqual(
        then.map(({ severity }) => severity),
        ['high', 'low', 'unknown', 'unknown'],
      );
    });

    it('keeps every row as it was, but for what follows from advisories', async () => {
      await using older = await asOfVersion1(await empty());
      const before = await allRows(older);

      await openAndClose(older);

      const after = await allRows(older);
      const changed = Object.keys(before).filter((table) => !sameRows(before[table], after[table]));
      assert.deepEqual(changed.sort(), ['change', 'finding', 'schema_version', 'sequence']);
      assert.equal(after.change?.length, (before.change?.length ?? 0) + 1);
      assert.equal(differing(before.finding, after.finding), 1);
    });

    it('has the tables, columns and indexes of a new one, whichever of them it had before', async () => {
      await using fresh = await empty();
      await using older = await asOfVersion1(await empty());
      await using half = await asOfVersion1(await empty());
      const type = half.dialect === 'sqlite' ? 'INTEGER' : 'BIGINT';
      await half.run(`ALTER TABLE vulnerability ADD COLUMN rating ${type}`);
      for (const statement of ddlOf('decision_table', half.dialect)) await half.run(statement);

      for (const one of [fresh, older, half]) await openAndClose(one);

      assert.deepEqual(await shapeOf(older), await shapeOf(fresh));
      assert.deepEqual(await shapeOf(half), await shapeOf(fresh));
    });

    it('is brought up once, whoever opens it at the same moment', async () => {
      await using older = await asOfVersion1(await empty());

      const [opening, meanwhile] = [older.open(), older.open()];
      await using one = await opening;
      await using other = await meanwhile;

      const severities = async (store: Store) => await shownOf(store, ({ severity }) => severity);
      assert.deepEqual(await severities(one), await severities(other));
      const once = await allRows(older);
      assert.deepEqual(once.schema_version?.length, 1);
      await openAndClose(older);
      assert.deepEqual(await allRows(older), once);
    });

    it('stays of that version, row by row, where a step fails', async () => {
      await using older = await asOfVersion1(await empty());
      await older.run(`UPDATE advisory SET content = '{' WHERE source = 'national'`);
      const [before, shape] = [await allRows(older), await shapeOf(older)];

      await assert.rejects(openAndClose(older), /JSON/);

      assert.deepEqual(await allRows(older), before);
      assert.deepEqual(await shapeOf(older), shape);
    });

    it('stays of that version, row by row, where whoever opens it is killed, and is brought up by the next', async () => {
      await using older = await asOfVersion1(await empty());
      const [before, shape] = [await allRows(older), await shapeOf(older)];

      const { signal } = spawnSync(process.execPath, [OPEN_AND_DIE, older.address]);

      assert.equal(signal, 'SIGKILL');
      assert.deepEqual(await allRows(older), before);
      assert.deepEqual(await shapeOf(older), shape);
      await using store = await older.open();
      assert.equal((await shownOf(store, ({ severity }) => severity))['CVE-2099-1000'], 'high');
    });

    it('tells its version to who only looks, and stays as it is', async () => {
      await using older = await asOfVersion1(await empty());
      const [before, shape] = [await allRows(older), await shapeOf(older)];

      const state = await inspectStore(older.address);

      assert.deepEqual(state, { schemaVersion: 1, readOnly: undefined });
      assert.deepEqual(await allRows(older), before);
      assert.deepEqual(await shapeOf(older), shape);
    });

    it('is refused and left alone when it is of a later one', async () => {
      await using later = await asOfVersion1(await empty());
      await later.run(`UPDATE schema_version SET version = ${SCHEMA_VERSION + 1}`);
      const before = await allRows(later);

      await assert.rejects(openAndClose(later), (error) => {
        assert.ok(isGatehouseError(error) && error.code === 'store-unavailable', String(error));
        assert.match(
          error.message,
          /was made by a newer Gatehouse \(schema version \d+, this one knows \d+\)/,
        );
        return true;
      });

      assert.deepEqual(await allRows(later), before);
    });
  });
}

async function openAndClose(store: TestedStore): Promise<void> {
  await using _ = await store.open();
}

async function allShown(store: Store): Promise<unknown> {
  const { reader } = store;
  const findings = await findingsIn(store);
  const details = findings.map(async ({ id }) => [await reader.finding(id), await reader.history(id)]);
  const moments = [-1, 0, 1, 2, 3, 4].map((n) => NOON + n * DAY_MS);
  return {
    findings,
    details: await Promise.all(details),
    before: await Promise.all(moments.map(async (moment) => await reader.openAt(moment))),
    assets: await reader.assets(),
    runs: await reader.latestRuns(),
  };
}

type Rows = Awaited<ReturnType<typeof allRows>>[string] | undefined;

/** By the columns that stood there before. */
function sameRows(before: Rows = [], after: Rows = []): boolean {
  return before.length === after.length && differing(before, after) === 0;
}

function differing(before: Rows = [], after: Rows = []): number {
  const columns = Object.keys(before[0] ?? {});
  const text = (row: Record<string, unknown>) => JSON.stringify(columns.map((column) => row[column]));
  const now = new Set(after.map(text));
  return before.filter((row) => !now.has(text(row))).length;
}
