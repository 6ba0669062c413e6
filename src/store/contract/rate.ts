/** A limit that several workers share. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type OpenStore, testsOf } from './recording.ts';
import { NOON } from './statements.ts';

const VENDOR = 'https://vendor.example/';

export function rateContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('a shared rate', () => {
    test('the first turn is now, the next ones when those before them are over', async ({ writer }) => {
      const first = await writer.takeCalls(VENDOR, 10, 20, NOON);
      const second = await writer.takeCalls(VENDOR, 5, 20, NOON + 50);
      const third = await writer.takeCalls(VENDOR, 1, 20, NOON + 60);

      assert.deepEqual([first, second, third], [0, 150, 240]);
    });

    test('turns that nobody asked for are not saved up', async ({ writer }) => {
      await writer.takeCalls(VENDOR, 10, 20, NOON);

      assert.equal(await writer.takeCalls(VENDOR, 10, 20, NOON + 60_000), 0);
      assert.equal(await writer.takeCalls(VENDOR, 10, 20, NOON + 60_000), 200);
    });

    test('each key has its own turns', async ({ writer }) => {
      await writer.takeCalls(VENDOR, 10, 20, NOON);

      assert.equal(await writer.takeCalls('https://other.example/', 10, 20, NOON), 0);
    });

    test('who asks at the same time gets turns one after the other', async ({ writer }) => {
      const waits = await Promise.all(
        Array.from({ length: 20 }, () => writer.takeCalls(VENDOR, 1, 100, NOON)),
      );

      const sorted = waits.toSorted((a, b) => a - b);
      assert.deepEqual(
        sorted,
        Array.from({ length: 20 }, (_, nth) => nth * 100),
      );
    });

    test('a pause moves the next turn, and a shorter one does not move it back', async ({ writer }) => {
      await writer.holdCalls(VENDOR, 5000, NOON);
      await writer.holdCalls(VENDOR, 1000, NOON);

      assert.equal(await writer.takeCalls(VENDOR, 1, 20, NOON + 1000), 4000);
    });

    test('a turn given by a clock that was far ahead holds nobody back', async ({ writer }) => {
      await writer.takeCalls(VENDOR, 1, 20, NOON + 86_400_000);

      assert.equal(await writer.takeCalls(VENDOR, 1, 20, NOON), 0);
    });
  });
}
