import { GatehouseError } from '../../domain/errors.ts';
import type { Clock } from '../clock.ts';
import { Secret } from '../secret.ts';
import type { HttpClient } from './client.ts';
import type { Credential } from './credential.ts';
import type { Headers } from './rate-headers.ts';

/**
 * Where one token is kept for all who share a credential. Some vendors know one token per application and revoke the
 * old one when a new one is minted, so a deployment of several workers must plug in a store they share.
 */
export interface TokenStore {
  read(): Promise<StoredToken | undefined>;
  write(token: StoredToken): Promise<void>;
  /** Runs the work while nobody else in the deployment runs any. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export interface StoredToken {
  readonly token: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface ClientCredentialsOptions {
  readonly name: string;
  /** For the token endpoint, which has its own address and limits. */
  readonly http: Pick<HttpClient, 'request'>;
  readonly path: string;
  readonly clientId: () => Promise<Secret>;
  readonly clientSecret: () => Promise<Secret>;
  readonly scope?: string | undefined;
  /** How the endpoint wants its parameters. Default `form`, as RFC 6749 has it. */
  readonly format?: 'form' | 'json' | undefined;
  readonly store?: TokenStore | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** A token is not used in its last minute: clocks differ, and a call takes its time. */
const MARGIN_MS = 60_000;
const DEFAULT_LIFE_SECONDS = 3600;

/** OAuth 2.0 client credentials (RFC 6749, 4.4): mints a bearer token when there is none that serves. */
export function clientCredentials(options: ClientCredentialsOptions): Credential {
  const store = options.store ?? createTokenStore();

  async function usable(rejected: Headers | undefined): Promise<StoredToken | undefined> {
    const stored = await store.read();
    if (!stored || options.clock.now() >= stored.expiresAt - MARGIN_MS) return undefined;
    return bearer(stored).authorization === rejected?.authorization ? undefined : stored;
  }

  return {
    async sign({ signal, rejected }) {
      const token =
        (await usable(rejected)) ??
        (await store.alone(async () => {
          const renewed = await usable(rejected);
          if (renewed) return renewed;
          const minted = await mint(options, signal);
          await store.write(minted);
          return minted;
        }));
      return { headers: bearer(token), staleAt: token.expiresAt - MARGIN_MS };
    },
  };
}

function bearer(stored: StoredToken): { readonly authorization: string } {
  return { authorization: `Bearer ${stored.token.reveal()}` };
}

async function mint(options: ClientCredentialsOptions, signal: AbortSignal): Promise<StoredToken> {
  const parameters = {
    grant_type: 'client_credentials',
    client_id: (await options.clientId()).reveal(),
    client_secret: (await options.clientSecret()).reveal(),
    ...(options.scope !== undefined && { scope: options.scope }),
  };
  const isForm = options.format !== 'json';
  const { body } = await options.http.request({
    method: 'POST',
    path: options.path,
    expect: 'json',
    signal,
    ...(isForm
      ? {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(parameters).toString(),
        }
      : { json: parameters }),
  });
  return readToken(options, body);
}

function readToken(options: ClientCredentialsOptions, body: unknown): StoredToken {
  const fields = typeof body === 'object' && body !== null ? body : {};
  const token: unknown = Reflect.get(fields, 'access_token');
  const seconds: unknown = Reflect.get(fields, 'expires_in');
  if (typeof token !== 'string' || token === '') {
    const what = `${options.name}: the token endpoint answered without access_token`;
    throw new GatehouseError('unauthenticated', `${what}; check the address, the client and its scopes`);
  }
  const life = typeof seconds === 'number' && seconds > 0 ? seconds : DEFAULT_LIFE_SECONDS;
  return { token: new Secret(token), expiresAt: options.clock.now() + life * 1000 };
}

/** For one process: clients that share a credential share the store. */
export function createTokenStore(): TokenStore {
  let stored: StoredToken | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    read: async () => stored,
    async write(token) {
      stored = token;
    },
    alone(work) {
      const turn = last.then(work, work);
      last = turn.catch(() => undefined); // the next in line does not care why
      return turn;
    },
  };
}
