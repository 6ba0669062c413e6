/**
 * What every bench shares. A figure is measured, has a limit measured in the same run where one exists, and a target
 * with an absolute floor; a bench that no figure of can fail proves nothing, so each can plant a slowdown in its own
 * measured path (`--slowdown 4`) and must then miss.
 */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The best that was physically possible, measured in the same run, in the same unit. */
  readonly limit?: number | undefined;
  /** `value / limit` where lower is better, `value / limit` too where higher is: the target says which way. */
  readonly ratio?: number | undefined;
  readonly target: string;
  readonly ok: boolean;
}

export interface BenchContext {
  /** 1: measure as it is. More: make the measured path so many times slower, to prove that the bench can fail. */
  readonly slowdown: number;
  /** Full scale where the ordinary run is scaled down. */
  readonly full: boolean;
  /** A line for the person who watches. */
  say(line: string): void;
}

export interface Bench {
  readonly name: string;
  run(context: BenchContext): Promise<readonly Figure[]>;
}

interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: number | undefined;
}

interface Bounds {
  /** On the value itself. */
  readonly atMost?: number | undefined;
  readonly atLeast?: number | undefined;
  /** On value / limit. */
  readonly ratioAtMost?: number | undefined;
  readonly ratioAtLeast?: number | undefined;
}

/** Judges a measured value by every bound that is given; at least one is. */
export function figure({ name, value, unit, limit }: Measured, bounds: Bounds): Figure {
  const ratio = limit === undefined ? undefined : value / limit;
  const judged = [
    judge('<=', value, bounds.atMost, unit),
    judge('>=', value, bounds.atLeast, unit),
    judge('<=', ratio, bounds.ratioAtMost, 'x limit'),
    judge('>=', ratio, bounds.ratioAtLeast, 'x limit'),
  ].filter((one) => one !== undefined);
  if (judged.length === 0) throw new RangeError(`figure ${name} has no bound: it could not fail`);
  return {
    name,
    value: rounded(value),
    unit,
    limit: limit === undefined ? undefined : rounded(limit),
    ratio: ratio === undefined ? undefined : rounded(ratio),
    target: judged.map(({ text }) => text).join(', '),
    ok: judged.every(({ ok }) => ok),
  };
}

/** A figure that nobody has promised: it is shown, and misses nothing. It stands beside others that can. */
export function shown({ name, value, unit }: Omit<Measured, 'limit'>): Figure {
  return { name, value: rounded(value), unit, target: NO_TARGET, ok: true };
}

export const NO_TARGET = 'none';

function judge(
  sign: '<=' | '>=',
  value: number | undefined,
  bound: number | undefined,
  unit: string,
): { readonly text: string; readonly ok: boolean } | undefined {
  if (bound === undefined) return undefined;
  const known = value ?? Number.NaN;
  return { text: `${sign} ${bound} ${unit}`, ok: sign === '<=' ? known <= bound : known >= bound };
}

function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(4));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The work, made so many times slower: it waits inside what is measured. With 1 it is the work alone. */
export async function slowed<Result>(
  slowdown: number,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  const tookMs = performance.now() - startedAt;
  if (slowdown > 1) await new Promise((done) => setTimeout(done, Math.ceil(tookMs * (slowdown - 1))));
  return result;
}
