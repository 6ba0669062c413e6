import { after, describe } from 'node:test';
import { sqliteStores } from '../../src/store/contract/openers.ts';
import { openMemoryStore } from '../../src/store/sqlite/memory.ts';
import { storeLaws } from './laws.ts';

/** The same sequences every time; `npm run soak -- laws` tries others. */
const SEED = 20_261_121;

describe('SQLite', async () => {
  const files = await sqliteStores();
  after(() => files[Symbol.asyncDispose]());

  // The same code with and without its threads: the many sequences are tried where that is quick.
  storeLaws('in-memory', { openStore: openMemoryStore, numRuns: 150, seed: SEED });
  storeLaws('SQLite', { openStore: files.openStore, numRuns: 25, timeLimitMs: 5000, seed: SEED });
});
