import { type ErrorCode, GatehouseError } from '../../domain/errors.ts';
import { isThrottled, type Trouble } from './trouble.ts';
import { vendorMessage } from './vendor-message.ts';

export interface CallFacts {
  /** Of the source, as configured. */
  readonly name: string;
  readonly method: string;
  readonly url: URL;
  readonly attempts: number;
  /** Takes secrets out of what the server said. */
  readonly redact: (text: string) => string;
  /** What a 401 or 403 usually means here, e.g. `check the scope securityProblems.read`. */
  readonly accessHint?: string | undefined;
}

/** The error a caller sees when a call is given up. Query strings are left out: they may hold secrets. */
export function toFailure(trouble: Trouble, call: CallFacts): GatehouseError {
  const { code, what, advice } = explain(trouble, call);
  const where = `${call.method} ${call.url.host}${call.url.pathname}`;
  const tries = call.attempts > 1 ? ` after ${call.attempts} attempts` : '';
  const said = trouble.kind === 'status' ? vendorMessage(trouble.incoming) : undefined;
  const quote = said ? `: "${call.redact(said)}"` : '';
  return new GatehouseError(code, `${call.name}: ${where} ${call.redact(what)}${tries}${quote}; ${advice}`, {
    cause: 'cause' in trouble ? trouble.cause : undefined,
    facts: {
      host: call.url.host,
      path: call.url.pathname,
      attempts: call.attempts,
      trouble: trouble.kind,
      ...(trouble.kind === 'status' && { status: trouble.status }),
    },
  });
}

interface Explanation {
  readonly code: ErrorCode;
  readonly what: string;
  readonly advice: string;
}

function explain(trouble: Trouble, call: CallFacts): Explanation {
  if (trouble.kind === 'status') return explainStatus(trouble, call);
  const { message } = trouble;
  const unavailable = (what: string, advice: string): Explanation => ({
    code: 'source-unavailable',
    what,
    advice,
  });
  switch (trouble.kind) {
    case 'address':
      return { code: 'forbidden', what: `was refused: ${message}`, advice: 'nothing was sent' };
    case 'certificate':
      return unavailable(
        `failed on a TLS certificate (${message})`,
        'check the date and host name of the certificate, give its authority in tls.caFile, or our own in tls.certFile and tls.keyFile; tls.verify: false accepts any, for trying out only',
      );
    case 'no-tls':
      return unavailable(
        `does not speak TLS (${message})`,
        'the address begins with https, and something else answers there; check its port, or whether it is meant to be http',
      );
    case 'connect':
      return unavailable(`could not connect (${message})`, 'check address, proxy and firewall');
    case 'network':
      return unavailable(`lost the connection (${message})`, 'try again later');
    case 'truncated':
      return unavailable(`answered with a body that was cut short (${message})`, 'try again later');
    case 'timeout':
      return unavailable(message, 'try again later, or raise the time-out');
    case 'too-large':
      return unavailable(`answered too much: ${message}`, 'or ask for smaller pages');
    case 'unreadable':
      return unavailable(
        message,
        'check the base URL, and whether a proxy or a log-in page answers in its place',
      );
  }
}

function explainStatus(trouble: Extract<Trouble, { kind: 'status' }>, call: CallFacts): Explanation {
  const { status } = trouble;
  const hint = call.accessHint ?? 'check the token, its scopes and its expiry';
  if (status === 401) return { code: 'unauthenticated', what: 'refused the token (401)', advice: hint };
  if (status === 403) return { code: 'unauthenticated', what: 'denied access (403)', advice: hint };
  if (status === 404 || status === 410) {
    return { code: 'not-found', what: `does not exist (${status})`, advice: 'check the base URL and the id' };
  }
  if (isThrottled(trouble)) {
    const advice = 'try again later, or configure a lower rate';
    return { code: 'rate-limited', what: `was still refused for its rate (${status})`, advice };
  }
  if (status === 407) {
    return {
      code: 'source-unavailable',
      what: 'was refused by the proxy (407)',
      advice: 'check the proxy credentials',
    };
  }
  if (status === 408 || status >= 500) {
    return { code: 'source-unavailable', what: `failed (${status})`, advice: 'try again later' };
  }
  if (status >= 400) {
    return {
      code: 'input-invalid',
      what: `was rejected (${status})`,
      advice: 'check the parameters of the call',
    };
  }
  const advice = 'check the base URL';
  return { code: 'source-unavailable', what: `answered ${status}, which was not expected`, advice };
}
