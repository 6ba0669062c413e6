import { BlockList, isIP } from 'node:net';
import { GatehouseError } from '../../domain/errors.ts';

/** A value left out of the query when undefined; a list repeats its name. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>;

/**
 * `/problems` is appended to the base URL; a list of segments is encoded piece by piece, which is how a vendor's ids
 * go into a path; an absolute URL (a vendor's "next" link) must lie in a configured origin.
 */
export type Path = string | readonly string[];

/** Turns a path into a URL that may be called. @throws GatehouseError `forbidden`, `input-invalid`, `config-invalid` */
export interface AddressBook {
  readonly base: URL;
  resolve(path: Path, query?: Query): URL;
  /** Where a redirect leads, if it may be followed. */
  redirect(from: URL, location: string): URL;
}

export interface AddressOptions {
  readonly name: string;
  readonly baseUrl: string;
  /** Further origins that may be called, without credentials. */
  readonly origins: readonly string[];
  readonly allowPrivate: boolean;
}

export function createAddressBook(options: AddressOptions): AddressBook {
  const { name } = options;
  const base = parseBase(name, options.baseUrl);
  const allowed = new Set(
    [base, ...options.origins.map((origin) => parseBase(name, origin))].map((url) => url.origin),
  );
  const basePath = base.pathname.replace(/\/+$/, '');

  function mayBeCalled(url: URL, how: string): URL {
    if (url.username || url.password) {
      throw new GatehouseError('forbidden', `${name}: ${how} carries credentials; configure them instead`);
    }
    if (!allowed.has(url.origin)) {
      const known = [...allowed].join(', ');
      throw new GatehouseError(
        'forbidden',
        `${name}: ${how} leads to ${url.origin}, which is not configured (${known}); add it to origins if it is meant`,
        { facts: { host: url.host } },
      );
    }
    refuseAddress(name, url.hostname, options.allowPrivate);
    return url;
  }

  function below(path: Path): URL {
    const tail =
      typeof path === 'string' ? path.replace(/^\/+/, '') : path.map(encodeSegment(name)).join('/');
    const url = new URL(`${base.origin}${basePath}/${tail}`);
    if (url.pathname !== basePath && !url.pathname.startsWith(`${basePath}/`)) {
      throw new GatehouseError(
        'input-invalid',
        `${name}: the path leaves ${basePath}; it must stay below the base URL`,
      );
    }
    return url;
  }

  return {
    base,
    resolve(path, query = {}) {
      const absolute = typeof path === 'string' && /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
      const url = absolute ? parse(name, path) : below(path);
      appendQuery(url, query);
      return mayBeCalled(url, 'a call');
    },
    redirect(from, location) {
      return mayBeCalled(parse(name, location, from), 'a redirect');
    },
  };
}

function parseBase(name: string, text: string): URL {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.search) {
    throw new GatehouseError(
      'config-invalid',
      `${name}: the base URL must be http(s)://host[:port][/path] without credentials or query`,
    );
  }
  return url;
}

function parse(name: string, text: string, from?: URL): URL {
  const url = URL.parse(text, from?.href);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new GatehouseError('forbidden', `${name}: only http and https addresses may be called`);
  }
  return url;
}

function encodeSegment(name: string): (segment: string) => string {
  return (segment) => {
    if (segment === '' || segment === '.' || segment === '..') {
      throw new GatehouseError('input-invalid', `${name}: "${segment}" cannot be part of a path`);
    }
    return encodeURIComponent(segment);
  };
}

function appendQuery(url: URL, query: Query): void {
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(key, String(one));
  }
}

/** Nothing there is ever a source: this machine's links, cloud metadata, multicast, reserved space. */
const NEVER = blockList([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
  ['2001:db8::', 32],
]);

const PRIVATE = blockList([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
  ['fec0::', 10],
]);

/** Addresses that carry an IPv4 address inside, where it starts (in hexadecimal groups). */
const CARRIERS = [
  { prefix: '64:ff9b::', groups: 6 },
  { prefix: '2002:', groups: 1 },
] as const;

function blockList(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of ranges) list.addSubnet(address, bits, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

export type AddressKind = 'public' | 'private' | 'never';

/** `address` is an IP address as a resolver gives it. What cannot be read is `never`. */
export function addressKind(address: string): AddressKind {
  const version = isIP(address);
  if (version === 0) return 'never';
  const inner = version === 6 ? carriedAddress(address) : undefined;
  if (inner !== undefined) return addressKind(inner);
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (NEVER.check(address, family)) return 'never';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

function carriedAddress(address: string): string | undefined {
  const groups = expand(address);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const start = mapped ? 6 : CARRIERS.find(({ prefix }) => canonical(address).startsWith(prefix))?.groups;
  if (start === undefined) return undefined;
  const [high, low] = [groups[start]!, groups[start + 1]!];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** The URL parser knows every way to write an IPv6 address and gives one. */
function canonical(address: string): string {
  return new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
}

function expand(address: string): number[] {
  const [head = '', tail] = canonical(address).split('::');
  const read = (part: string) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const [before, after] = [read(head), read(tail ?? '')];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** For a host that is written as an address; names are checked again when they resolve. */
export function refuseAddress(name: string, host: string, allowPrivate: boolean): void {
  const literal = host.replace(/^\[|\]$/g, '');
  if (isIP(literal) === 0) return;
  const refused = refusal(literal, allowPrivate);
  if (refused) throw new GatehouseError('forbidden', `${name}: ${host} ${refused}`, { facts: { host } });
}

/** Why an address may not be called, or undefined. */
export function refusal(address: string, allowPrivate: boolean): string | undefined {
  const kind = addressKind(address);
  if (kind === 'never') return 'is a link-local, metadata or reserved address; it is never called';
  if (kind === 'private' && !allowPrivate) {
    return 'is a private address; set allowPrivate for this source if it is meant';
  }
  return undefined;
}
