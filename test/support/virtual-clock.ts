import type { Clock } from '../../src/platform/clock.ts';

/** A clock whose time passes only while `run` waits: each step jumps to the next sleeper that is due. */
export interface VirtualClock extends Clock {
  /** Runs until the work has settled, jumping from sleeper to sleeper. Fails when all sleep for ever. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Lets that much time pass, waking whoever is due. */
  advance(ms: number): Promise<void>;
  /** The wall clock jumps; durations do not notice. */
  jump(ms: number): void;
  /** How many sleep now: 0 proves that no timer is left behind. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

export function createVirtualClock(startAt = 1_700_000_000_000): VirtualClock {
  let elapsed = 0;
  let shift = 0;
  let order = 0;
  const sleepers = new Set<Sleeper>();
  /** Everything that may happen without time passing, happens. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  function next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const one of sleepers) {
      if (!first || one.at < first.at || (one.at === first.at && one.order < first.order)) first = one;
    }
    return first;
  }

  function wake(sleeper: Sleeper): void {
    sleepers.delete(sleeper);
    elapsed = Math.max(elapsed, sleeper.at);
    sleeper.wake();
  }

  return {
    now: () => startAt + shift + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: elapsed + Math.max(0, ms),
          order: order++,
          wake: () => {
            signal?.removeEventListener('abort', stop);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
      }),
    async run(work) {
      let done = false;
      const finish = () => {
        done = true;
      };
      work.then(finish, finish);
      await settle();
      while (!done) {
        const sleeper = next();
        if (!sleeper) throw new Error('virtual clock: nobody sleeps and the work has not settled');
        wake(sleeper);
        await settle();
      }
      return work;
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (let sleeper = next(); sleeper && sleeper.at <= until; sleeper = next()) {
        wake(sleeper);
        await settle();
      }
      elapsed = until;
    },
    jump(ms) {
      shift += ms;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}
