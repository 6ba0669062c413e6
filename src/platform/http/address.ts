import { isIP } from 'node:net';
import { GatehouseError } from '../../domain/errors.ts';
import { refusal } from './ip-guard.ts';

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
        `${name}: ${how} leads to ${url.origin}, which is not configured (${known}); nothing was sent there: check the address, and whether a log-in page answers in its place`,
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

/** For a host that is written as an address; names are checked again when they resolve. */
function refuseAddress(name: string, host: string, allowPrivate: boolean): void {
  const literal = host.replace(/^\[|\]$/g, '');
  if (isIP(literal) === 0) return;
  const refused = refusal(literal, allowPrivate);
  if (refused) throw new GatehouseError('forbidden', `${name}: ${host} ${refused}`, { facts: { host } });
}
