/**
 * What the vendor's API refuses, said with the project's one error class; the code decides the status and
 * `facts` carry the constraint violation. `envelopeOf` is the only place that knows the wire form.
 */
import { type ErrorCode, GatehouseError } from '../../domain/errors.ts';

type Location = 'QUERY' | 'PATH' | 'PAYLOAD_BODY' | 'HEADER';

export function badRequest(
  path: string,
  message: string,
  parameterLocation: Location = 'QUERY',
): GatehouseError {
  return new GatehouseError('input-invalid', message, { facts: { path, parameterLocation } });
}

export function notFound(message: string): GatehouseError {
  return new GatehouseError('not-found', message);
}

export function refusal(status: number, message: string): GatehouseError {
  const code = codeByStatus[status] ?? 'source-unavailable';
  return new GatehouseError(code, message, { facts: { status } });
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'input-invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'input-invalid',
  413: 'input-invalid',
  429: 'rate-limited',
};

const statusByCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  'input-invalid': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'rate-limited': 429,
  'source-unavailable': 503,
};

export interface ErrorEnvelope {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly constraintViolations?: readonly {
      readonly path: string;
      readonly message: string;
      readonly parameterLocation: string;
      readonly location: null;
    }[];
  };
}

/** Envelope and status of a refusal. */
export function envelopeOf(error: GatehouseError): { status: number; envelope: ErrorEnvelope } {
  const { status: told, path, parameterLocation } = error.facts;
  const status = typeof told === 'number' ? told : (statusByCode[error.code] ?? 500);
  if (path === undefined) return { status, envelope: { error: { code: status, message: error.message } } };
  const violation = {
    path: String(path),
    message: error.message,
    parameterLocation: String(parameterLocation),
    location: null,
  };
  return {
    status,
    envelope: {
      error: { code: status, message: 'Constraints violated.', constraintViolations: [violation] },
    },
  };
}
