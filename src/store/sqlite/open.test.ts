import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { isGatehouseError } from '../../domain/errors.ts';
import { openStoreHere } from './memory.ts';
import { openSqliteStore } from './open.ts';

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-open-'));
  try {
    await work(join(folder, 'store.db'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** It is refused with a sentence, and left as it was. */
async function assertRefused(path: string, why: RegExp): Promise<void> {
  const before = await readFile(path);

  for (const open of [() => openSqliteStore({ path }), () => openStoreHere(path)]) {
    await assert.rejects(open, (error) => {
      assert.ok(isGatehouseError(error) && error.code === 'store-unavailable', String(error));
      assert.ok(error.message.startsWith(`${path} is not a Gatehouse store`), error.message);
      assert.match(error.message, why);
      return true;
    });
  }

  assert.deepEqual(await readFile(path), before);
}

test('a file that is no database is refused and left alone', async () => {
  await inFolder(async (path) => {
    await writeFile(path, 'store: sqlite:elsewhere.db\n'.repeat(100));

    await assertRefused(path, /no SQLite database; name another file/);
  });
});

test('the database of another program is refused and left alone', async () => {
  await inFolder(async (path) => {
    const foreign = new DatabaseSync(path);
    foreign.exec('CREATE TABLE schema_version (version INTEGER); INSERT INTO schema_version VALUES (1)');
    foreign.close();

    await assertRefused(path, /another program made/);
  });
});

test('an empty file becomes a store, and a store is opened again', async () => {
  await inFolder(async (path) => {
    await writeFile(path, '');

    for (const _ of ['new', 'again']) {
      const store = await openSqliteStore({ path });
      assert.deepEqual(await store.reader.assets(), []);
      await store.close();
    }
  });
});
