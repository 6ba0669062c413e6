import { after, describe, it } from 'node:test';
import { postgresStores } from '../../src/store/contract/openers.ts';
import { createTestDatabase, hasPostgres, postgresNeed } from '../support/postgres.ts';
import { storeLaws } from './laws.ts';

/** The same sequences every time; `npm run soak -- laws` tries others. */
const SEED = 20_261_121;

describe('PostgreSQL', async () => {
  if (!hasPostgres()) {
    it('is left out', (test) => test.diagnostic(`needed: ${postgresNeed}`));
    return;
  }
  const database = await createTestDatabase();
  const stores = await postgresStores(database.url);
  after(async () => {
    await stores[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  storeLaws('PostgreSQL', { openStore: stores.openStore, numRuns: 15, timeLimitMs: 5000, seed: SEED });
});
