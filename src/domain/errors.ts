/**
 * The one class for what surprises. Codes sort by what the catcher does next; status, exit and JSON-RPC codes
 * are mapped once per door, never here.
 */
export type ErrorCode =
  // the caller's mistake: show it, do not retry
  | 'config-invalid'
  | 'input-invalid'
  | 'not-found'
  // not allowed
  | 'unauthenticated'
  | 'forbidden'
  // the other side: retry later, mark the run partial
  | 'source-unavailable'
  | 'rate-limited'
  // our own store or disk
  | 'store-unavailable'
  | 'cancelled';

export interface ErrorDetails {
  readonly cause?: unknown;
  /** Facts for machines, without secrets: status, path, host … */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

export class GatehouseError extends Error {
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'GatehouseError';
    this.code = code;
    this.facts = details.facts ?? {};
  }
}

export function isGatehouseError(value: unknown): value is GatehouseError {
  return value instanceof GatehouseError;
}
