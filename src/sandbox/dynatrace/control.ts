/**
 * Changing a running emulator, in process or through `POST /__control`. The commands are data, so both ways
 * say the same; the methods are only a nicer way to write them.
 */
import { z } from 'zod';
import type { FaultSet } from './faults/fault-set.ts';
import type { ThreadPool } from './faults/pool.ts';
import type { RateLimiter } from './faults/rate.ts';
import { Mutation, type Mutator } from './mutation.ts';
import { type AnyFault, Dialect, Fault, Latencies, Pool, Rate } from './options.ts';
import type { TokenTable } from './tokens.ts';

export const Command = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('add-fault'), fault: Fault }),
  z.strictObject({ op: z.literal('remove-fault'), name: z.string() }),
  z.strictObject({ op: z.literal('clear-faults') }),
  z.strictObject({ op: z.literal('set-latency'), latency: Latencies }),
  z.strictObject({ op: z.literal('set-pool'), pool: Pool.nullable() }),
  z.strictObject({ op: z.literal('set-rate'), rate: Rate.nullable() }),
  z.strictObject({ op: z.literal('set-dialect'), dialect: Dialect.partial() }),
  z.strictObject({ op: z.literal('mutate'), mutations: z.array(Mutation) }),
  z.strictObject({ op: z.literal('advance-clock'), ms: z.number().min(0) }),
  z.strictObject({
    op: z.literal('add-token'),
    token: z.string(),
    scopes: z.array(z.string()),
    expiresAt: z.number().optional(),
  }),
  z.strictObject({ op: z.literal('revoke-token'), token: z.string() }),
  z.strictObject({ op: z.literal('reset-stats') }),
]);
export type Command = z.input<typeof Command>;

/** What may change while the emulator runs. */
export interface Settings {
  latency: Latencies;
  pool: Pool | undefined;
  dialect: Dialect;
}

export interface Control {
  /** Returns the name by which it can be removed. */
  addFault(fault: Fault): string;
  removeFault(name: string): boolean;
  clearFaults(): void;
  faults(): readonly AnyFault[];
  setLatency(latency: Latencies): void;
  /** Null takes the limit away. */
  setPool(pool: z.input<typeof Pool> | null): void;
  setRate(rate: z.input<typeof Rate> | null): void;
  setDialect(dialect: Partial<Dialect>): void;
  /** Returns the ids of the problems it touched. */
  mutate(...mutations: Mutation[]): string[];
  /** The emulator's clock, epoch ms. */
  now(): number;
  advanceClock(ms: number): void;
  addToken(token: { token: string; scopes: string[]; expiresAt?: number }): void;
  revokeToken(token: string): void;
  resetStats(): void;
  /** Runs one command of the control door and returns its answer. */
  run(command: Command): unknown;
}

export interface Parts {
  readonly settings: Settings;
  readonly faults: FaultSet;
  readonly pool: ThreadPool;
  readonly rate: RateLimiter;
  readonly tokens: TokenTable;
  readonly mutator: Mutator;
  readonly clock: { now(): number; advance(ms: number): void };
  readonly resetStats: () => void;
}

export function makeControl(parts: Parts): Control {
  const { settings, faults, pool, rate, tokens, mutator, clock } = parts;
  return {
    addFault: (fault) => faults.add(fault),
    removeFault: (name) => faults.remove(name),
    clearFaults: () => faults.clear(),
    faults: () => faults.list(),
    setLatency: (latency) => void run({ op: 'set-latency', latency }),
    setPool: (limits) => void run({ op: 'set-pool', pool: limits }),
    setRate: (limits) => void run({ op: 'set-rate', rate: limits }),
    setDialect: (dialect) => void run({ op: 'set-dialect', dialect }),
    mutate: (...mutations) => mutator.apply(mutations),
    now: () => clock.now(),
    advanceClock: (ms) => clock.advance(ms),
    addToken: (token) => tokens.add(token),
    revokeToken: (token) => tokens.revoke(token),
    resetStats: parts.resetStats,
    run,
  };

  function run(given: Command): unknown {
    const command = Command.parse(given);
    switch (command.op) {
      case 'add-fault':
        return { name: faults.add(command.fault) };
      case 'remove-fault':
        return { removed: faults.remove(command.name) };
      case 'clear-faults':
        return void faults.clear();
      case 'set-latency':
        settings.latency = command.latency;
        return undefined;
      case 'set-pool':
        settings.pool = command.pool ?? undefined;
        return void pool.configure(settings.pool);
      case 'set-rate':
        return void rate.configure(command.rate ?? undefined);
      case 'set-dialect':
        settings.dialect = Dialect.parse({ ...settings.dialect, ...command.dialect });
        return undefined;
      case 'mutate':
        return { ids: mutator.apply(command.mutations) };
      case 'advance-clock':
        clock.advance(command.ms);
        return { now: clock.now() };
      case 'add-token': {
        const { op: _op, ...token } = command;
        return void tokens.add(token);
      }
      case 'revoke-token':
        return void tokens.revoke(command.token);
      case 'reset-stats':
        return void parts.resetStats();
    }
  }
}
