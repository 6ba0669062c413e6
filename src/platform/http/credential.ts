import { GatehouseError } from '../../domain/errors.ts';
import type { Clock } from '../clock.ts';
import type { Secret } from '../secret.ts';
import { within } from './deadline.ts';
import type { Headers } from './rate-headers.ts';

/**
 * Signs calls. Asked before the first call, and again when the server answered 401 to `rejected`: then it gives other
 * headers, or the same ones when it has no others (the call fails then). A token that several workers share is read
 * again before a new one is minted, because somebody else may have renewed it already.
 */
export interface Credential {
  sign(request: { readonly signal: AbortSignal; readonly rejected?: Headers }): Promise<Signature>;
}

export interface Signature {
  /** Names in lower case. */
  readonly headers: Headers;
  /** Asked again from then on, epoch milliseconds. Without it: when the server answers 401. */
  readonly staleAt?: number;
}

/** A token in a header, resolved when needed; `prefix` as in `Api-Token ` or `Bearer `. */
export function tokenCredential(options: {
  readonly header?: string;
  readonly prefix: string;
  readonly token: () => Promise<Secret>;
}): Credential {
  const header = (options.header ?? 'authorization').toLowerCase();
  return {
    sign: async () => ({ headers: { [header]: `${options.prefix}${(await options.token()).reveal()}` } }),
  };
}

/** Keeps what the credential gave, and asks again at most once at a time. */
export interface Signer {
  /** `rejected`: what the server has just answered 401 to. */
  sign(rejected?: Headers): Promise<Headers>;
  /** Takes what signs out of a text that others wrote. */
  redact(text: string): string;
}

export interface SignerOptions {
  readonly name: string;
  readonly credential: Credential | undefined;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

export function createSigner({ name, credential, clock, timeoutMs }: SignerOptions): Signer {
  let current: Signature | undefined;
  let asking: Promise<Headers> | undefined;
  const late = () =>
    new GatehouseError(
      'unauthenticated',
      `${name}: no token after ${timeoutMs} ms; check where it comes from`,
    );

  /** All callers wait for one answer, so no single caller's signal may end it; time does. */
  async function ask(rejected: Headers | undefined): Promise<Headers> {
    if (!credential) return {};
    const forever = new AbortController().signal;
    current = await within(clock, timeoutMs, forever, late, (signal) =>
      credential.sign({ signal, ...(rejected && { rejected }) }),
    );
    return current.headers;
  }

  return {
    async sign(rejected) {
      const fresh = clock.now() < (current?.staleAt ?? Number.POSITIVE_INFINITY);
      if (current && fresh && current.headers !== rejected) return current.headers;
      asking ??= ask(rejected).finally(() => {
        asking = undefined;
      });
      return asking;
    },
    redact(text) {
      const signed = Object.values(current?.headers ?? {});
      const secrets = [...signed, ...signed.map((value) => value.replace(/^\S+\s+/, ''))];
      return secrets.reduce(
        (clean, secret) => (secret.length < 4 ? clean : clean.replaceAll(secret, '***')),
        text,
      );
    },
  };
}

export function sameHeaders(a: Headers, b: Headers): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
