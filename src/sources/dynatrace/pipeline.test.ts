import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ahead, createBell, createTurnstile } from './pipeline.ts';

async function* from(values: readonly number[], read: number[] = [], failsAfter = false) {
  for (const value of values) {
    read.push(value);
    yield value;
  }
  if (failsAfter) throw new Error('the list broke');
}

const options = (hasRoom: (unread: number) => boolean = () => true) => ({
  bell: createBell(),
  hasRoom,
  stop: new AbortController(),
});

describe('reading ahead', () => {
  test('results come in the order of their inputs, however long each takes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5)), fc.nat(4), async (delays, room) => {
        const wait = async (ticks: number) => {
          for (let tick = 0; tick < ticks; tick += 1) await new Promise(setImmediate);
          return ticks;
        };

        const results: number[] = [];
        for await (const result of ahead(
          from(delays),
          wait,
          options((unread) => unread < room + 1),
        )) {
          results.push(result);
        }

        assert.deepEqual(results, delays);
      }),
      { numRuns: 50 },
    );
  });

  test('what was read before a failure comes out before it', async () => {
    const results: number[] = [];

    await assert.rejects(async () => {
      for await (const result of ahead(from([1, 2], [], true), async (n) => n, options()))
        results.push(result);
    }, /the list broke/);

    assert.deepEqual(results, [1, 2]);
  });

  test('work that fails ends it at its place', async () => {
    const results: number[] = [];
    const work = async (n: number) => {
      if (n === 2) throw new Error('two');
      return n;
    };

    await assert.rejects(async () => {
      for await (const result of ahead(from([1, 2, 3]), work, options())) results.push(result);
    }, /two/);

    assert.deepEqual(results, [1]);
  });

  test('nothing is read for which there is no room', async () => {
    const read: number[] = [];
    const results = ahead(
      from([1, 2, 3, 4, 5], read),
      async (n) => n,
      options((unread) => unread < 2),
    );

    await results.next();
    await new Promise(setImmediate);

    assert.deepEqual(read, [1, 2, 3]);
    await results.return(undefined);
  });

  test('a reader that leaves stops the reading', async () => {
    const read: number[] = [];
    const wish = options((unread) => unread < 1);
    const results = ahead(from([1, 2, 3, 4], read), async (n) => n, wish);
    await results.next();

    await results.return(undefined);

    assert.equal(wish.stop.signal.aborted, true);
    assert.ok(read.length < 4);
  });
});

test('a turnstile lets so many in, and the next when one leaves, also when it failed', async () => {
  const turnstile = createTurnstile(2, () => undefined);
  let inside = 0;
  let most = 0;
  const task = async (n: number) => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise(setImmediate);
    inside -= 1;
    if (n % 2 === 0) throw new Error(`${n}`);
    return n;
  };

  const settled = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => turnstile.run(() => task(n))));

  assert.equal(most, 2);
  assert.equal(turnstile.waiting, 0);
  assert.deepEqual(
    settled.map(({ status }) => status === 'fulfilled'),
    [true, false, true, false, true],
  );
});
