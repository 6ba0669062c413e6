import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFolder } from '../../test/support/cli.ts';
import { createTestDatabase, hasPostgres, postgresNeed } from '../../test/support/postgres.ts';
import { createSimulatedServer } from '../../test/support/simulated-server.ts';
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { Bucket } from '../platform/http/bucket.ts';
import { openPostgresStore } from '../store/postgres/open.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { Store, StoreWriter } from '../store/store.ts';
import { clientsSharing, createSharedBucket, type SharedBucketOptions } from './shared-bucket.ts';

const KEY = 'https://vendor.example/api';

function bucketOver(
  writer: SharedBucketOptions['writer'],
  clock: SharedBucketOptions['clock'],
  perSecond = 50,
): Bucket {
  return createSharedBucket({ writer, key: KEY, limits: [{ calls: perSecond, perMs: 1000 }], clock });
}

/** When each of so many calls starts, taken as fast as the bucket gives. */
async function takeAll(
  bucket: Bucket,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  calls: number,
): Promise<number[]> {
  const at: number[] = [];
  while (at.length < calls) {
    const waitMs = await bucket.take(1);
    if (waitMs > 0) await clock.sleep(waitMs);
    else at.push(clock.monotonic());
  }
  return at;
}

function mostInASecond(at: readonly number[]): number {
  return Math.max(...at.map((start) => at.filter((one) => one >= start && one < start + 1000).length));
}

async function inVirtualTime(work: (store: Store, clock: VirtualClock) => Promise<void>): Promise<void> {
  const store = await openMemoryStore();
  try {
    await work(store, createVirtualClock());
  } finally {
    await store.close();
  }
}

test('one worker alone has the whole rate', () =>
  inVirtualTime(async ({ writer }, clock) => {
    const at = await clock.run(takeAll(bucketOver(writer, clock), clock, 500));

    assert.ok(clock.monotonic() <= 10_500, `${clock.monotonic()} ms for ten seconds of calls`);
    assert.ok(mostInASecond(at) <= 50);
  }));

test('three workers together stay within the rate and use it', () =>
  inVirtualTime(async ({ writer }, clock) => {
    const workers = [1, 2, 3].map(() => takeAll(bucketOver(writer, clock), clock, 200));
    const at = (await clock.run(Promise.all(workers))).flat();

    assert.ok(mostInASecond(at) <= 50, `${mostInASecond(at)} in a second`);
    assert.ok(clock.monotonic() <= 13_000, `${clock.monotonic()} ms for twelve seconds of calls`);
  }));

test('no worker is left behind', () =>
  inVirtualTime(async ({ writer }, clock) => {
    const workers = [1, 2, 3].map(() => takeAll(bucketOver(writer, clock), clock, 200));
    const ends = (await clock.run(Promise.all(workers))).map((at) => at.at(-1)!);

    assert.ok(Math.max(...ends) - Math.min(...ends) <= 1500, ends.join(', '));
  }));

test('two clients of one vendor, each with its own process, are never refused', () =>
  inVirtualTime(async ({ writer }, clock) => {
    const server = createSimulatedServer({ clock, latencyMs: () => 300, perSecond: 50 });
    const clients = [1, 2].map(() =>
      clientsSharing(writer)({
        name: 'vendor',
        baseUrl: KEY,
        limits: { ratePerSecond: 50 },
        clock,
        transport: server,
      }),
    );
    const calls = clients.flatMap((client) =>
      Array.from({ length: 200 }, () => client.getJson(['problems'])),
    );
    await clock.run(Promise.all(calls));

    assert.equal(server.refused, 0);
    assert.ok(clock.monotonic() <= 1.1 * (8000 + 300), `${clock.monotonic()} ms`);
  }));

test('a client without a known rate asks the store for nothing', () =>
  inVirtualTime(async (_, clock) => {
    const never = () => Promise.reject(new Error('the store was asked'));
    const server = createSimulatedServer({ clock, latencyMs: () => 10 });
    const createClient = clientsSharing({ takeCalls: never, holdCalls: never });
    const client = createClient({ name: 'vendor', baseUrl: KEY, clock, transport: server });

    assert.equal((await clock.run(client.getJson(['problems']))).status, 200);
  }));

test('the store is asked for turns a few at a time', () =>
  inVirtualTime(async ({ writer }, clock) => {
    let asked = 0;
    const counted: Pick<StoreWriter, 'takeCalls' | 'holdCalls'> = {
      ...writer,
      takeCalls: (...args) => {
        asked += 1;
        return writer.takeCalls(...args);
      },
    };
    await clock.run(takeAll(bucketOver(counted, clock), clock, 240));

    assert.ok(asked <= 25, `${asked} times`);
  }));

test('after a rest, turns that went by are not made up for', () =>
  inVirtualTime(async ({ writer }, clock) => {
    const bucket = bucketOver(writer, clock);
    await clock.run(takeAll(bucket, clock, 20));
    await clock.advance(60_000);
    const at = await clock.run(takeAll(bucket, clock, 100));

    assert.ok(mostInASecond(at) <= 50, `${mostInASecond(at)} in a second`);
  }));

test('a pause asked of one worker holds the others back', () =>
  inVirtualTime(async ({ writer }, clock) => {
    const [refused, other] = [bucketOver(writer, clock), bucketOver(writer, clock)];
    await refused.learn({ refused: true, advice: { retryAfterMs: 5000 }, inFlight: 0 });

    const [first = 0] = await clock.run(takeAll(other, clock, 1));

    assert.ok(first >= 5000, `${first} ms`);
  }));

test('a store that cannot be asked is said, not passed over', async () => {
  const away = new GatehouseError('store-unavailable', 'the store is away');
  const writer = { takeCalls: () => Promise.reject(away), holdCalls: () => Promise.reject(away) };

  await assert.rejects(bucketOver(writer, createVirtualClock()).take(1), (error) => {
    return isGatehouseError(error) && error.code === 'store-unavailable';
  });
});

test('a lease that could not be had ahead of need is asked for again', () =>
  inVirtualTime(async ({ writer }, clock) => {
    let asked = 0;
    const takeCalls: StoreWriter['takeCalls'] = (...args) => {
      asked += 1;
      return asked === 2 ? Promise.reject(new Error('away for a moment')) : writer.takeCalls(...args);
    };
    const at = await clock.run(takeAll(bucketOver({ ...writer, takeCalls }, clock), clock, 40));

    assert.equal(at.length, 40);
  }));

/** Two stores over one database are two processes as far as the database can tell. */
async function twoTogether(open: () => Promise<Store>): Promise<void> {
  const stores = [await open(), await open()];
  try {
    const workers = stores.map(({ writer }) =>
      takeAll(bucketOver(writer, systemClock, 100), systemClock, 40),
    );
    const at = (await Promise.all(workers)).flat();

    const spanMs = Math.max(...at) - Math.min(...at);
    // 80 turns of 10.2 ms; a turn may be used up to a quarter of a second late. Each for itself needs 0.4 s.
    assert.ok(spanMs >= 560, `${spanMs} ms`);
  } finally {
    for (const store of stores) await store.close();
  }
}

test('two processes over one SQLite file share the rate', async () => {
  await using folder = await makeFolder();

  await twoTogether(() => openSqliteStore({ path: folder.file('store.db') }));
});

test('two processes over one PostgreSQL database share the rate', async (t) => {
  if (!hasPostgres()) return t.diagnostic(`left out: needed: ${postgresNeed}`);
  await using database = await createTestDatabase();

  await twoTogether(() => openPostgresStore({ url: database.url, connections: 2 }));
});
