/**
 * The thread pool of the vendor's servers: so many requests are worked on, more wait in a queue, and 429 comes
 * when the queue is full or a request waited too long.
 */

import type { Pool } from '../options.ts';
import { refusal } from '../refusal.ts';

export interface PoolStats {
  readonly busy: number;
  readonly queued: number;
  readonly maxBusy: number;
  readonly served: number;
  readonly refused: number;
  /** Sum over all threads of the time they worked. */
  readonly busyMs: number;
}

export interface ThreadPool {
  /** Runs `work` on a thread; throws a refusal (429) when none comes free in time. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Undefined: as many threads as requests. */
  configure(pool: Pool | undefined): void;
  stats(): PoolStats;
  resetStats(): void;
}

export function makeThreadPool(initial: Pool | undefined, nowMs: () => number): ThreadPool {
  let settings = initial;
  const waiting: (() => void)[] = [];
  let [busy, maxBusy, served, refused, busyMs] = [0, 0, 0, 0, 0];
  return {
    async run(work) {
      await takeThread();
      const startedAt = nowMs();
      try {
        const result = await work();
        served += 1;
        return result;
      } finally {
        busyMs += nowMs() - startedAt;
        busy -= 1;
        startWaiting();
      }
    },
    configure(pool) {
      settings = pool;
      startWaiting();
    },
    stats: () => ({ busy, queued: waiting.length, maxBusy, served, refused, busyMs }),
    resetStats() {
      [maxBusy, served, refused, busyMs] = [busy, 0, 0, 0];
    },
  };

  function hasFreeThread(): boolean {
    return settings === undefined || busy < settings.threads;
  }

  function occupy(): void {
    busy += 1;
    maxBusy = Math.max(maxBusy, busy);
  }

  function startWaiting(): void {
    while (waiting.length > 0 && hasFreeThread()) waiting.shift()!();
  }

  function takeThread(): Promise<void> {
    if (settings === undefined || (hasFreeThread() && waiting.length === 0)) {
      occupy();
      return Promise.resolve();
    }
    const { queue, queueTimeoutMs } = settings;
    if (waiting.length >= queue) return Promise.reject(refuse('All threads are busy and the queue is full.'));
    return new Promise((resolve, reject) => {
      const start = () => {
        clearTimeout(timer);
        occupy();
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(refuse(`The request waited ${queueTimeoutMs} ms in the queue.`));
      }, queueTimeoutMs);
      timer.unref();
      waiting.push(start);
    });
  }

  function refuse(message: string) {
    refused += 1;
    return refusal(429, message);
  }
}
