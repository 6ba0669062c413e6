import type { Clock } from '../clock.ts';
import type { Breaker } from './breaker.ts';
import type { Bucket } from './bucket.ts';
import type { Limiter, Outcome } from './limiter.ts';

/** Connections that the hosts of one client, or several clients, share. */
export interface ConnectionBudget {
  readonly total: number;
  inUse: number;
  /** Whom to tell when one is given back. */
  readonly waiting: Set<() => void>;
}

export function createConnectionBudget(total: number): ConnectionBudget {
  return { total, inUse: 0, waiting: new Set() };
}

/**
 * The way to one host. Callers wait in line for a slot (limiter), then for the rate (bucket), while the breaker may
 * close the way. Only the head of the line asks the bucket, so a shared bucket sees one question at a time, and a
 * caller that gives up takes nothing with it.
 */
export interface Lane {
  /**
   * Waits for permission to send one call.
   * @throws the signal's reason at once when it aborts; `options.closed()` when the breaker keeps the way closed;
   *   whatever a shared bucket throws when it cannot be asked
   */
  enter(signal: AbortSignal, options: EnterOptions): Promise<Permit>;
  /** Looks again: the bucket learned something. */
  nudge(): void;
  readonly waiting: number;
  readonly limiter: Limiter;
  readonly breaker: Breaker;
}

export interface EnterOptions {
  /** A retry goes before what has not started: it is older. */
  readonly first: boolean;
  /** Does not wait for a closed way longer than this. */
  readonly patienceMs: number;
  readonly closed: () => Error;
}

export interface Permit {
  /** Must be called once, however the call ends; later calls do nothing. */
  leave(outcome: Outcome): void;
}

export interface LaneParts {
  readonly limiter: Limiter;
  readonly bucket: Bucket;
  readonly breaker: Breaker;
  readonly budget: ConnectionBudget;
  readonly clock: Clock;
}

interface Waiter {
  readonly options: EnterOptions;
  readonly grant: (permit: Permit) => void;
  readonly refuse: (reason: unknown) => void;
  /** When its patience with a closed way ends. */
  hopelessAt?: number;
}

const HEALTHY = { answered: true, refused: true, failed: false, unknown: undefined } as const;

export function createLane({ limiter, bucket, breaker, budget, clock }: LaneParts): Lane {
  const line = new Set<Waiter>();
  const returning = new Set<Waiter>();
  let pumping = false;
  let nudged = false;
  let nap: AbortController | undefined;

  const waiting = () => line.size + returning.size;
  const hasRoom = () => limiter.hasRoom() && budget.inUse < budget.total;

  function nudge(): void {
    nudged = true;
    nap?.abort();
    void pump();
  }

  async function rest(ms: number): Promise<void> {
    if (nudged || waiting() === 0) return;
    nap = new AbortController();
    await clock.sleep(ms, nap.signal).catch(() => undefined); // woken early: something changed
    nap = undefined;
  }

  /** Runs while somebody waits and something can be waited for; every `leave` starts it again. */
  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    try {
      while (waiting() > 0) {
        nudged = false;
        const closedMs = breaker.waitMs;
        if (closedMs > 0) {
          refuseHopeless(closedMs);
          if (closedMs === Number.POSITIVE_INFINITY) return; // the trial's end pumps again
          await rest(closedMs);
          continue;
        }
        if (!hasRoom()) return void budget.waiting.add(nudge);
        const waitMs = await bucket.take(1);
        if (waitMs > 0) await rest(waitMs);
        else if (breaker.waitMs === 0) grantNext();
      }
    } catch (reason) {
      // A shared bucket that cannot be asked: nobody may send, and everybody learns why.
      for (const waiter of [...returning, ...line]) waiter.refuse(reason);
    } finally {
      pumping = false;
    }
  }

  function grantNext(): void {
    const waiter = returning.values().next().value ?? line.values().next().value;
    waiter?.grant(permit());
  }

  function permit(): Permit {
    const isTrial = breaker.enter();
    const ticket = limiter.start();
    budget.inUse += 1;
    let left = false;
    return {
      leave(outcome) {
        if (left) return;
        left = true;
        limiter.finish(ticket, outcome);
        breaker.leave(isTrial, HEALTHY[outcome.kind]);
        budget.inUse -= 1;
        const others = [...budget.waiting];
        budget.waiting.clear();
        for (const look of others) look();
        void pump();
      },
    };
  }

  function refuseHopeless(closedMs: number): void {
    const now = clock.monotonic();
    // Nobody knows how long a trial takes; it may be over at once.
    const opensAt = Number.isFinite(closedMs) ? now + closedMs : now + 1;
    for (const waiter of [...returning, ...line]) {
      waiter.hopelessAt ??= now + waiter.options.patienceMs;
      if (opensAt > waiter.hopelessAt) waiter.refuse(waiter.options.closed());
    }
  }

  return {
    enter: (signal, options) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const queue = options.first ? returning : line;
        const leaveLine = () => {
          queue.delete(waiter);
          signal.removeEventListener('abort', giveUp);
          if (waiting() === 0) nap?.abort();
        };
        const giveUp = () => waiter.refuse(signal.reason);
        const waiter: Waiter = {
          options,
          grant(given) {
            leaveLine();
            resolve(given);
          },
          refuse(reason) {
            leaveLine();
            reject(reason);
          },
        };
        queue.add(waiter);
        signal.addEventListener('abort', giveUp, { once: true });
        // The pump may be resting until the way opens, and would tell the impatient only then.
        if (breaker.waitMs > 0) refuseHopeless(breaker.waitMs);
        void pump();
      }),
    nudge,
    get waiting() {
      return waiting();
    },
    limiter,
    breaker,
  };
}
