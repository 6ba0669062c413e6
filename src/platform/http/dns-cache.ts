import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../clock.ts';
import { refusal } from './ip-guard.ts';
import { TransportError } from './trouble.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface DnsCacheOptions {
  readonly ttlMs: number;
  readonly allowPrivate: boolean;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly resolve?: Resolve | undefined;
}

/**
 * Remembers names, and guards them: the address that is checked is the address that is connected to, so a name that
 * changes its mind between check and use (DNS rebinding) gains nothing. Failures are not remembered.
 */
export function createGuardedLookup(options: DnsCacheOptions): LookupFunction {
  const { ttlMs, allowPrivate, clock, resolve = systemResolve } = options;
  const known = new Map<
    string,
    { readonly until: number; readonly addresses: Promise<readonly ResolvedAddress[]> }
  >();

  function addressesOf(hostname: string): Promise<readonly ResolvedAddress[]> {
    const entry = known.get(hostname);
    if (entry && clock.monotonic() < entry.until) return entry.addresses;
    const addresses = resolve(hostname).then((all) => guard(hostname, all));
    known.set(hostname, { until: clock.monotonic() + ttlMs, addresses });
    addresses.catch(() => known.delete(hostname));
    return addresses;
  }

  function guard(hostname: string, all: readonly ResolvedAddress[]): readonly ResolvedAddress[] {
    const usable = all.filter(({ address }) => refusal(address, allowPrivate) === undefined);
    const [first] = all;
    if (usable.length === 0 && first) {
      throw new TransportError(
        'address',
        `${hostname} resolves to ${first.address}, which ${refusal(first.address, allowPrivate)}`,
      );
    }
    return usable;
  }

  return (hostname, { all, family }, callback) => {
    addressesOf(hostname).then(
      (addresses) => {
        const wanted = addresses.filter((one) => !family || String(family).endsWith(String(one.family)));
        const [first] = wanted;
        if (!first)
          callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), []);
        else if (all) callback(null, [...wanted]);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };
}

const systemResolve: Resolve = (hostname) => systemLookup(hostname, { all: true });
