/**
 * The laws of stores over as many sequences as there is time for: `npm run soak -- laws [--runs N] [--seed S]
 * [--only WORDS] [--store sqlite|memory|postgres] [--url postgres://…]`. Ends with 1 when a law does not hold.
 */
import { parseArgs } from 'node:util';
import { postgresStores, type Stores, sqliteStores } from '../../src/store/contract/openers.ts';
import { openMemoryStore } from '../../src/store/sqlite/memory.ts';
import { LAWS } from '../../test/model/laws.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    store: { type: 'string', default: 'memory' },
    url: { type: 'string' },
  },
});

async function storesOf(kind: string): Promise<Stores> {
  if (kind === 'sqlite') return await sqliteStores();
  if (kind === 'postgres' && values.url !== undefined) return await postgresStores(values.url);
  if (kind === 'memory') return { openStore: openMemoryStore, [Symbol.asyncDispose]: async () => {} };
  throw new RangeError('--store is memory, sqlite, or postgres with --url of an empty database');
}

const stores = await storesOf(values.store);
try {
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  for (const [sentence, holds] of Object.entries(LAWS)) {
    if (!sentence.includes(values.only)) continue;
    const startedAt = performance.now();
    let trouble = '';
    try {
      await holds({
        openStore: stores.openStore,
        numRuns: Number(values.runs),
        timeLimitMs: 3_600_000,
        seed,
      });
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
      process.exitCode = 1;
    }
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${trouble === '' ? 'holds' : 'FAILS'} ${seconds} s  ${sentence}\n${trouble}`);
  }
} finally {
  await stores[Symbol.asyncDispose]();
}
