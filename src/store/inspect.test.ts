import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { makeFolder } from '../../test/support/cli.ts';
import { createTestDatabase, hasPostgres } from '../../test/support/postgres.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { asOfVersion1, emptyPostgres, emptySqlite } from './fixtures/older-stores.ts';
import { inspectStore } from './inspect.ts';
import { SCHEMA_VERSION } from './migrations.ts';
import { openPostgresStore } from './postgres/open.ts';
import { openSqliteStore } from './sqlite/open.ts';

test('a file that is not there yet can be made, and looking at it does not make it', async () => {
  await using folder = await makeFolder();

  const state = await inspectStore(`sqlite:${folder.file('deep/down/gatehouse.db')}`);

  assert.deepEqual(state, { schemaVersion: undefined, readOnly: undefined });
  assert.deepEqual(await readdir(folder.path), []);
});

test('a file that cannot be made says why', async () => {
  await using folder = await makeFolder();
  await writeFile(folder.file('file'), '');

  const { readOnly } = await inspectStore(`sqlite:${folder.file('file/gatehouse.db')}`);

  assert.match(readOnly ?? '', /ENOTDIR/);
});

test('a store that is there tells its version and can be written', async () => {
  await using folder = await makeFolder();
  const path = folder.file('gatehouse.db');
  await (await openSqliteStore({ path })).close();

  assert.deepEqual(await inspectStore(`sqlite:${path}`), {
    schemaVersion: SCHEMA_VERSION,
    readOnly: undefined,
  });
});

test('what another program made, or what is no database, is no store and stays as it is', async () => {
  await using folder = await makeFolder();
  new DatabaseSync(folder.file('other.db')).exec('CREATE TABLE t (a)');
  await writeFile(folder.file('text.db'), 'no database at all, but long enough to look at');

  await assert.rejects(inspectStore(`sqlite:${folder.file('other.db')}`), /another program made/);
  await assert.rejects(inspectStore(`sqlite:${folder.file('text.db')}`), /text\.db is not a Gatehouse store/);
});

test('a file that was claimed and has no tables yet, since who made it was ended, is not there yet', async () => {
  await using begun = await emptySqlite();

  assert.deepEqual(await inspectStore(begun.address), { schemaVersion: undefined, readOnly: undefined });
});

if (hasPostgres()) {
  test('a PostgreSQL store says what this user may not, and opening it says the same', async (context) => {
    await using store = await asOfVersion1(await emptyPostgres());
    const [may] = await store.query(`SELECT pg_has_role('${WRITER}', 'MEMBER') AS member`);
    if (may?.member !== true) return context.diagnostic(`left out: needed a user that may act as ${WRITER}`);
    await store.run(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${WRITER}`);
    const url = new URL(store.address);
    url.searchParams.set('options', `-c role=${WRITER}`);

    const unable = await inspectStore(url.href);
    await assert.rejects(openPostgresStore({ url: url.href }), mayNot(/permission denied for schema/));
    await store.run(`GRANT CREATE ON SCHEMA public TO ${WRITER}`);
    const foreign = await inspectStore(url.href);
    await assert.rejects(openPostgresStore({ url: url.href }), mayNot(/must be owner of table/));
    await (await store.open()).close();
    await store.run(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${WRITER}`);
    const today = await inspectStore(url.href);
    await (await openPostgresStore({ url: url.href })).close();

    assert.deepEqual(unable, {
      schemaVersion: 1,
      readOnly: 'this user may not make tables in the database',
    });
    assert.equal(foreign.schemaVersion, 1);
    assert.match(
      foreign.readOnly ?? '',
      /^it is of schema version 1, and only the user who made its tables may/,
    );
    assert.deepEqual(today, { schemaVersion: SCHEMA_VERSION, readOnly: undefined });
  });

  test('a PostgreSQL store is empty first, and tells its version once it was opened', async () => {
    await using database = await createTestDatabase();

    assert.deepEqual(await inspectStore(database.url), { schemaVersion: undefined, readOnly: undefined });
    await (await openPostgresStore({ url: database.url })).close();
    assert.deepEqual(await inspectStore(database.url), {
      schemaVersion: SCHEMA_VERSION,
      readOnly: undefined,
    });
  });
}

test('a PostgreSQL server that is not there is said to be out of reach', async () => {
  await assert.rejects(inspectStore('postgres://me@127.0.0.1:1/gatehouse'), /cannot reach the store: .*1/);
});

/** A role of every server that may write what it does not own. */
const WRITER = 'pg_write_all_data';

function mayNot(what: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isGatehouseError(error) && error.code === 'store-unavailable', String(error));
    assert.match(error.message, /^the PostgreSQL store refuses this user: /);
    assert.match(error.message, what);
    return true;
  };
}
