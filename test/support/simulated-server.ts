import type { Clock } from '../../src/platform/clock.ts';
import type { Incoming, Outgoing, Transport } from '../../src/platform/http/wire.ts';

/** A server that lives in virtual time: a pool of threads, a queue, a rate limit, and a latency for each call. */
export interface SimulatedServerOptions {
  readonly clock: Clock;
  /** How long the n-th call takes once a thread has it. */
  readonly latencyMs: (call: number) => number;
  /** How many it serves at once. Default: no bound. */
  readonly threads?: number;
  /** A call that waits longer than this for a thread is answered 429. */
  readonly queueMs?: number;
  /** A call that finds so many waiting is answered 429 at once. */
  readonly queueLength?: number;
  /** Above it, in any window of a second, calls are answered 429 at once. */
  readonly perSecond?: number;
}

export interface SimulatedServer extends Transport {
  readonly served: number;
  readonly refused: number;
  readonly mostWaiting: number;
  readonly mostInASecond: number;
}

const OK: Incoming = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{}'),
};
const TOO_MANY: Incoming = { status: 429, headers: {}, body: Buffer.alloc(0) };

export function createSimulatedServer(options: SimulatedServerOptions): SimulatedServer {
  const { clock, threads = Number.POSITIVE_INFINITY, queueMs = Number.POSITIVE_INFINITY } = options;
  const { queueLength = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = options;
  const waiting: (() => void)[] = [];
  const recent: number[] = [];
  const counts = { served: 0, refused: 0, mostWaiting: 0, mostInASecond: 0 };
  let busy = 0;
  let calls = 0;

  function refuse(): Incoming {
    counts.refused += 1;
    return TOO_MANY;
  }

  function exceedsRate(): boolean {
    const now = clock.monotonic();
    while (recent.length > 0 && recent[0]! <= now - 1000) recent.shift();
    recent.push(now);
    counts.mostInASecond = Math.max(counts.mostInASecond, recent.length);
    return recent.length > perSecond;
  }

  /** False: waited too long. */
  async function thread(signal: AbortSignal): Promise<boolean> {
    if (busy < threads) {
      busy += 1;
      return true;
    }
    const enough = new AbortController();
    const called = () => enough.abort();
    waiting.push(called);
    counts.mostWaiting = Math.max(counts.mostWaiting, waiting.length);
    const late = Number.isFinite(queueMs)
      ? await clock.sleep(queueMs, enough.signal).then(
          () => true,
          () => false,
        )
      : await new Promise<boolean>((resolve) =>
          enough.signal.addEventListener('abort', () => resolve(false)),
        );
    signal.throwIfAborted();
    if (late) waiting.splice(waiting.indexOf(called), 1);
    return !late;
  }

  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  }

  return {
    async send(_outgoing: Outgoing, signal) {
      const latencyMs = options.latencyMs(calls++);
      if (exceedsRate() || (busy >= threads && waiting.length >= queueLength)) {
        await clock.sleep(5, signal);
        return refuse();
      }
      if (!(await thread(signal))) return refuse();
      try {
        await clock.sleep(latencyMs, signal);
      } finally {
        release();
      }
      counts.served += 1;
      return OK;
    },
    close: async () => undefined,
    get served() {
      return counts.served;
    },
    get refused() {
      return counts.refused;
    },
    get mostWaiting() {
      return counts.mostWaiting;
    },
    get mostInASecond() {
      return counts.mostInASecond;
    },
  };
}
