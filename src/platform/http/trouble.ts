import type { Incoming } from './wire.ts';

/** Why one attempt did not give an answer that can be used. A value: whether it is thrown is decided after retries. */
export type Trouble =
  | { readonly kind: 'status'; readonly status: number; readonly incoming: Incoming }
  | { readonly kind: TransportTrouble; readonly message: string; readonly cause?: unknown }
  /** A 2xx answer that is not what it claims or what was asked for. */
  | { readonly kind: 'unreadable'; readonly message: string; readonly cause?: unknown };

export type TransportTrouble =
  /** Nothing was sent: name not found, refused, connect time-out. */
  | 'connect'
  /** The connection broke before an answer began. */
  | 'network'
  /** The answer began and did not end. */
  | 'truncated'
  | 'timeout'
  /** The certificate of the other side, or ours, was not accepted. */
  | 'certificate'
  /** What answers speaks something else, plain HTTP for one. */
  | 'no-tls'
  | 'too-large'
  /** An address that must not be called. */
  | 'address';

export class TransportError extends Error {
  readonly kind: TransportTrouble;

  constructor(kind: TransportTrouble, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TransportError';
    this.kind = kind;
  }
}

/** 429, or 503 that says when to come back: the server lives and asks for patience. */
export function isThrottled(trouble: Trouble): boolean {
  if (trouble.kind !== 'status') return false;
  return trouble.status === 429 || (trouble.status === 503 && 'retry-after' in trouble.incoming.headers);
}

/** What the server, or the way to it, did wrong; the breaker counts these. */
export function isFailure(trouble: Trouble): boolean {
  if (trouble.kind === 'status') return trouble.status >= 500 && !isThrottled(trouble);
  return trouble.kind !== 'too-large' && trouble.kind !== 'address';
}
