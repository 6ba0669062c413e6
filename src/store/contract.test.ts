import { after, describe, it } from 'node:test';
import { createTestDatabase, hasPostgres, postgresNeed } from '../../test/support/postgres.ts';
import { postgresStores, sqliteStores } from './contract/openers.ts';
import { storeContract } from './contract.ts';
import { openMemoryStore } from './sqlite/memory.ts';

describe('stores', async () => {
  const sqlite = await sqliteStores();
  after(() => sqlite[Symbol.asyncDispose]());

  storeContract('in-memory', openMemoryStore);
  storeContract('SQLite', sqlite.openStore);

  if (hasPostgres()) {
    const database = await createTestDatabase();
    const postgres = await postgresStores(database.url);
    after(async () => {
      await postgres[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    });
    storeContract('PostgreSQL', postgres.openStore);
  } else {
    it('PostgreSQL is left out', (test) => test.diagnostic(`needed: ${postgresNeed}`));
  }
});
