/** Which faults hit which request. Every fault counts for itself. */
import type { Random } from '../data/random.ts';
import { hashShare } from '../data/random.ts';
import { type AnyFault, type Endpoint, Fault } from '../options.ts';

export interface RequestFacts {
  readonly endpoint: Endpoint;
  readonly id?: string;
  /** Of a list, from 1. */
  readonly page?: number;
}

export interface FaultSet {
  /** Adds a fault and returns its name. */
  add(fault: Fault): string;
  /** Says whether there was one. */
  remove(name: string): boolean;
  clear(): void;
  list(): readonly AnyFault[];
  /** The faults that this request gets, in the order they were added. */
  hit(request: RequestFacts): readonly AnyFault[];
  /** Hits by kind since the start. */
  hits(): Readonly<Record<string, number>>;
}

interface Armed {
  readonly fault: AnyFault;
  readonly addedAt: number;
  seen: number;
  hits: number;
}

export function makeFaultSet(initial: readonly AnyFault[], random: Random, nowMs: () => number): FaultSet {
  const armed = new Map<string, Armed>();
  const hits: Record<string, number> = {};
  let made = 0;
  const arm = (fault: AnyFault): string => {
    made += 1;
    const name = fault.name ?? `${fault.kind}-${made}`;
    armed.set(name, { fault: { ...fault, name }, addedAt: nowMs(), seen: 0, hits: 0 });
    return name;
  };
  for (const fault of initial) arm(fault);
  return {
    add: (fault) => arm(Fault.parse(fault)),
    remove: (name) => armed.delete(name),
    clear: () => armed.clear(),
    list: () => [...armed.values()].map(({ fault }) => fault),
    hit(request) {
      const found = [...armed.values()].filter((one) => isHit(one, request, random, nowMs()));
      for (const one of found) {
        one.hits += 1;
        hits[one.fault.kind] = (hits[one.fault.kind] ?? 0) + 1;
      }
      return found.map(({ fault }) => fault);
    },
    hits: () => ({ ...hits }),
  };
}

function isHit(armed: Armed, { endpoint, id, page }: RequestFacts, random: Random, now: number): boolean {
  const { fault, addedAt } = armed;
  if (fault.on !== undefined && !fault.on.includes(endpoint)) return false;
  if (fault.ids !== undefined && (id === undefined || !fault.ids.includes(id))) return false;
  if (fault.pages !== undefined && (page === undefined || !fault.pages.includes(page))) return false;
  if (fault.kind === 'vanish' && (id === undefined || hashShare(`vanish/${id}`) >= fault.share)) return false;
  armed.seen += 1;
  if (armed.seen < fault.from) return false;
  if (fault.times !== undefined && armed.hits >= fault.times) return false;
  if (fault.forMs !== undefined && now > addedAt + fault.forMs) return false;
  if (fault.every !== undefined && (armed.seen - fault.from + 1) % fault.every !== 0) return false;
  return fault.probability === undefined || random.chance(fault.probability);
}
