import { GatehouseError, isGatehouseError } from '../../domain/errors.ts';
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
    sign: async () => ({
      headers: { [header]: `${options.prefix}${sendable(await options.token())}` },
    }),
  };
}

function sendable(token: Secret): string {
  const text = token.reveal();
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new GatehouseError(
    'config-invalid',
    'the token has a space, a line break or another character in it that no token has; copy it anew, whole and alone',
  );
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
    const signature = within(clock, timeoutMs, forever, late, (signal) =>
      credential.sign({ signal, ...(rejected && { rejected }) }),
    );
    current = await signature.catch((error) => {
      throw named(name, error);
    });
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
      const bare = signed.map((value) => value.replace(/^\S+\s+/, ''));
      const whole = [...signed, ...bare].reduce(
        (clean, secret) => (secret.length < 4 ? clean : clean.replaceAll(secret, '***')),
        text,
      );
      return bare.reduce(withoutPieces, whole);
    },
  };
}

const SHORTEST_PIECE = 8;

/** Whoever quotes a token may cut it, and so may we when we quote a long answer. */
function withoutPieces(text: string, secret: string): string {
  let clean = '';
  for (let at = 0; at < text.length; ) {
    let end = at + SHORTEST_PIECE;
    while (end <= text.length && secret.includes(text.slice(at, end))) end += 1;
    const length = end - 1 - at;
    const isPiece = length >= SHORTEST_PIECE;
    clean += isPiece ? '***' : text[at];
    at += isPiece ? length : 1;
  }
  return clean;
}

/** Where a secret is missing, whose it is. */
function named(name: string, error: unknown): unknown {
  if (!isGatehouseError(error) || error.code !== 'config-invalid' || error.message.startsWith(name))
    return error;
  return new GatehouseError(error.code, `${name}: ${error.message}`, { cause: error, facts: error.facts });
}

export function sameHeaders(a: Headers, b: Headers): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
