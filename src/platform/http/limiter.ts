import { type Baselines, createBaselines } from './baselines.ts';

/**
 * How many calls may be under way at once. Nobody tells us what a server holds; it shows in latency. By Little's
 * law, `load` calls under way that take `r` times their usual time mean load × (1 − 1/r) of them stand in a queue.
 * We hold that queue between LEAST and MOST: some, so that the server never idles; few, so that nobody waits.
 *
 * Start doubling each round trip; then grow by steps that double while no queue shows; shrink at once on overload.
 * Latency may also rise because the server is slower for everyone, and then fewer calls do not help. So every
 * decrease for latency is an experiment: if latency did not ease with the load, the queue was not ours, the new
 * latency is the usual one, and the limit comes back. A limit that is merely held is checked the same way now and then.
 */
export interface Limiter {
  readonly limit: number;
  readonly inFlight: number;
  hasRoom(): boolean;
  start(): Ticket;
  finish(ticket: Ticket, outcome: Outcome): void;
}

export interface Ticket {
  /** Calls under way when this one started, itself included. */
  readonly load: number;
  /** Counted from the first call on. */
  readonly number: number;
  readonly epoch: number;
  readonly cut: number;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly latencyMs: number; readonly shape: string }
  /** 429, or 503 with `Retry-After`: the server says it is too much. */
  | { readonly kind: 'refused' }
  /** 5xx, time-out, reset: overload when it comes in numbers, a hiccup when alone. */
  | { readonly kind: 'failed' }
  /** Cancelled or refused for what it was: says nothing of load. */
  | { readonly kind: 'unknown' };

export interface LimiterOptions {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** Exactly so many, whatever the server does: the fixed-workers mode. */
export function createFixedLimiter(workers: number): Limiter {
  let inFlight = 0;
  return {
    limit: workers,
    get inFlight() {
      return inFlight;
    },
    hasRoom: () => inFlight < workers,
    start: () => ({ load: ++inFlight, number: 0, epoch: 0, cut: 0 }),
    finish: () => {
      inFlight -= 1;
    },
  };
}

export function createAdaptiveLimiter(options: LimiterOptions): Limiter {
  return new AdaptiveLimiter(options);
}

const leastQueue = (load: number) => Math.max(2, 0.1 * load);
const mostQueue = (load: number) => Math.max(4, 0.25 * load);
/** While doubling, windows are short and noisy, and leaving too early costs more than a short queue. */
const mostQueueWhileDoubling = (load: number) => Math.max(4, 0.35 * load);

/** How much of a decrease in load must show in latency for the queue to be ours. */
const EASED = 0.4;
const EXPERIMENT_SAMPLES = 24;
const FIRST_HOLD = 8;
/** Of a bold start, the later answers may already have stood in a queue; the first alone would be the lucky ones. */
const LARGEST_FIRST_ROUND = 16;
const FIRST_CEILING_HOLD = 2;
const LONGEST_HOLD = 256;

interface Window {
  count: number;
  failures: number;
  logRatios: number;
  loads: number;
}

interface Experiment {
  readonly limit: number;
  readonly load: number;
  readonly logRatio: number;
  /** A check restores the limit when the queue was ours; a decrease stays. */
  readonly restore: boolean;
}

/** A level at which the server refused: approached again, but ever more rarely. */
interface Ceiling {
  at: number;
  holdWindows: number;
  age: number;
}

class AdaptiveLimiter implements Limiter {
  limit: number;
  inFlight = 0;
  #number = 0;
  /** The last call at whose start the limit was nearly reached. */
  #lastFull = 0;
  readonly #min: number;
  readonly #max: number;
  readonly #baselines: Baselines;
  #doubling = true;
  /** A bold start may already be too much: it grows only once a window was seen without a queue. */
  #mayDouble: boolean;
  #step = 1;
  #epoch = 0;
  #cut = 0;
  #window: Window = emptyWindow();
  #experiment: Experiment | undefined;
  #ceiling: Ceiling | undefined;
  #held = 0;
  #whileHeld: Window = emptyWindow();
  #holdFor = FIRST_HOLD;

  constructor({ initial, min, max }: LimiterOptions) {
    this.#min = min;
    this.#max = max;
    this.limit = Math.min(max, Math.max(min, initial));
    this.#mayDouble = this.limit <= LARGEST_FIRST_ROUND;
    this.#baselines = createBaselines(Math.min(LARGEST_FIRST_ROUND, Math.floor(this.limit)));
  }

  hasRoom(): boolean {
    return this.inFlight < Math.floor(this.limit);
  }

  start(): Ticket {
    this.inFlight += 1;
    this.#number += 1;
    if (this.inFlight >= 0.75 * this.limit) this.#lastFull = this.#number;
    return { number: this.#number, load: this.inFlight, epoch: this.#epoch, cut: this.#cut };
  }

  finish(ticket: Ticket, outcome: Outcome): void {
    if (outcome.kind === 'refused') this.#overloaded(ticket);
    else if (outcome.kind === 'failed') this.#failed(ticket);
    else if (outcome.kind === 'answered') this.#answered(ticket, outcome);
    this.inFlight -= 1;
  }

  #answered(ticket: Ticket, outcome: { latencyMs: number; shape: string }): void {
    const logRatio = this.#baselines.observe(outcome.shape, outcome.latencyMs);
    const known = logRatio !== undefined && ticket.epoch === this.#epoch;
    if (known) {
      this.#window.count += 1;
      this.#window.logRatios += logRatio;
      this.#window.loads += ticket.load;
    }
    if (this.#doubling) {
      if (known && this.#window.count >= Math.max(4, this.limit / 4)) this.#whileDoubling();
      // Growing without being used would only store up a burst.
      if (this.#doubling && this.#mayDouble && this.#lastFull >= ticket.number) this.#set(this.limit + 1);
    } else if (known && this.#window.count >= this.#windowSize()) {
      this.#decide();
    }
  }

  /** About a round trip; an experiment needs more, because it compares two noisy means. */
  #windowSize(): number {
    const least = this.#experiment ? EXPERIMENT_SAMPLES : 4;
    return Math.min(100, Math.max(least, Math.ceil(this.limit)));
  }

  #whileDoubling(): void {
    const { load, logRatio, queue } = measured(this.#window);
    if (queue > mostQueueWhileDoubling(load)) {
      this.#backOff(load, logRatio);
    } else {
      this.#mayDouble = true;
      this.#baselines.adapt(queue < leastQueue(load));
      this.#window = emptyWindow();
    }
  }

  /** Once a window, about one round trip. */
  #decide(): void {
    const { load, logRatio, queue } = measured(this.#window);
    if (this.#experiment && this.#conclude(this.#experiment, load, logRatio)) return;
    if (this.#ceiling) this.#ceiling.age += 1;
    if (queue > mostQueue(load)) this.#backOff(load, logRatio);
    else if (queue > leastQueue(load)) this.#hold();
    else this.#proceed(load, queue);
  }

  #proceed(load: number, queue: number): void {
    this.#baselines.adapt(queue < leastQueue(load) / 2);
    this.#stopHolding();
    this.#window = emptyWindow();
    if (load >= 0.75 * Math.floor(this.limit)) this.#grow();
  }

  #backOff(load: number, logRatio: number): void {
    const served = load * Math.exp(-logRatio);
    const target = served + leastQueue(served);
    this.#experiment = { limit: this.limit, load, logRatio, restore: false };
    this.#doubling = false;
    this.#step = 1;
    // A smaller step would drown in noise, and could not tell whose queue it was.
    this.#set(Math.max(Math.min(target, this.limit * 0.7), this.limit / 2));
    this.#cut += 1;
    this.#newEpoch();
  }

  #hold(): void {
    this.#held += 1;
    this.#step = 1;
    addTo(this.#whileHeld, this.#window);
    if (this.#held < this.#holdFor) {
      this.#baselines.adapt(false);
      this.#window = emptyWindow();
      return;
    }
    const { load, logRatio } = measured(this.#whileHeld);
    this.#experiment = { limit: this.limit, load, logRatio, restore: true };
    this.#set(this.limit * 0.75);
    this.#newEpoch();
  }

  #stopHolding(): void {
    this.#held = 0;
    this.#whileHeld = emptyWindow();
  }

  /** True when the experiment decided what happens next. */
  #conclude(before: Experiment, load: number, logRatio: number): boolean {
    this.#experiment = undefined;
    const fell = Math.log(before.load / load);
    if (fell < 0.1) return this.#restore(before);
    if ((before.logRatio - logRatio) / fell < EASED) {
      this.#baselines.acceptCurrent();
      this.#holdFor = FIRST_HOLD;
      this.#set(before.limit);
      this.#step = Math.max(1, before.limit / 8);
      this.#newEpoch();
      return true;
    }
    this.#holdFor = Math.min(LONGEST_HOLD, this.#holdFor * 2);
    return this.#restore(before);
  }

  #restore(before: Experiment): boolean {
    if (!before.restore) return false;
    this.#baselines.adapt(false);
    this.#set(before.limit);
    this.#newEpoch();
    return true;
  }

  #grow(): void {
    const before = this.limit;
    let next = before + this.#step;
    const ceiling = this.#ceiling;
    if (ceiling && next >= ceiling.at) {
      if (ceiling.age < ceiling.holdWindows) next = Math.max(before, ceiling.at - 1);
      else ceiling.age = 0;
      this.#step = 1;
    } else {
      this.#step = Math.min(this.#step * 2, Math.max(1, before / 2));
    }
    this.#set(next);
    if (this.limit !== before) this.#newEpoch();
  }

  #failed(ticket: Ticket): void {
    if (ticket.cut !== this.#cut) return;
    this.#window.failures += 1;
    if (this.#window.failures >= Math.max(2, 0.1 * this.limit)) this.#overloaded(ticket);
  }

  #overloaded(ticket: Ticket): void {
    // One decrease per round trip: what was sent before the last one knows nothing of it.
    if (ticket.cut !== this.#cut) return;
    const load = Math.min(this.limit, Math.max(ticket.load, this.inFlight));
    const near = this.#ceiling && Math.abs(this.#ceiling.at - load) <= 0.25 * this.#ceiling.at;
    const holdWindows = near ? Math.min(128, this.#ceiling!.holdWindows * 2) : FIRST_CEILING_HOLD;
    this.#ceiling = { at: load, holdWindows, age: 0 };
    this.#doubling = false;
    this.#step = 1;
    this.#experiment = undefined;
    this.#set(load * 0.7);
    this.#cut += 1;
    this.#newEpoch();
  }

  #set(limit: number): void {
    this.limit = Math.min(this.#max, Math.max(this.#min, limit));
  }

  #newEpoch(): void {
    this.#stopHolding();
    this.#epoch += 1;
    this.#window = emptyWindow();
  }
}

function emptyWindow(): Window {
  return { count: 0, failures: 0, logRatios: 0, loads: 0 };
}

function addTo(sum: Window, window: Window): void {
  sum.count += window.count;
  sum.logRatios += window.logRatios;
  sum.loads += window.loads;
}

function measured(window: Window): { load: number; logRatio: number; queue: number } {
  const load = window.loads / window.count;
  const logRatio = window.logRatios / window.count;
  return { load, logRatio, queue: load * (1 - Math.exp(-logRatio)) };
}
