/** kill -9 at any moment, then the same again: the store must hold what it holds when nothing happened. */
import assert from 'node:assert/strict';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { snapshotOf } from '../model/snapshot.ts';
import type { CliResult } from './cli.ts';

const KILLS = 20;
/** A machine that speeds up half way lets some runs end before their moment: those are tried at another one. */
const MOST_TRIES = 60;
/** Moments repeat from run to run of the test, so that a failure can be looked at again. */
const SEED = 20_260_501;

/** Kills at random moments until so many were killed before they were done, each followed by `check`. */
export async function killAndRepeat(
  calmMs: number,
  run: (n: number, killAfterMs?: number) => Promise<CliResult>,
  check: (n: number, killAfterMs: number) => Promise<void>,
): Promise<void> {
  let state = SEED;
  let lastMs = calmMs;
  let killed = 0;
  for (let n = 0; killed < KILLS; n += 1) {
    assert.ok(n < MOST_TRIES, `only ${killed} of ${n} were killed before they were done`);
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const killAfterMs = Math.round((state / 2 ** 32) * lastMs);
    const first = await run(n, killAfterMs);
    if (first.code === null) killed += 1;
    const again = await run(n);
    assert.equal(again.code, 0, again.stderr);
    lastMs = (lastMs + again.ms) / 2;
    await check(n, killAfterMs);
  }
}

export async function shown(path: string): Promise<unknown> {
  const store = await openSqliteStore({ path, readers: 1 });
  try {
    return (await snapshotOf(store.reader)).findings;
  } finally {
    await store.close();
  }
}
