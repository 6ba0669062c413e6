import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Clock } from '../clock.ts';
import type { Secret } from '../secret.ts';
import { createGuardedLookup, type Resolve } from './dns-cache.ts';
import type { Headers } from './rate-headers.ts';
import { TransportError, type TransportTrouble } from './trouble.ts';
import type { Transport } from './wire.ts';

export type { Transport } from './wire.ts';

export interface TlsOptions {
  /** False accepts any certificate: for trying out only. Default true. */
  readonly verify?: boolean | undefined;
  /** PEM of the authorities to trust instead of the built-in ones. */
  readonly ca?: string | readonly string[] | undefined;
  /** PEM of our certificate and its key, where the server asks for one. */
  readonly cert?: string | undefined;
  readonly key?: Secret | undefined;
}

export interface TransportOptions {
  readonly tls: TlsOptions;
  /** `http://[user:password@]host:port`; wrapped, because it may hold a password. */
  readonly proxy?: Secret | undefined;
  readonly connectMs: number;
  readonly dnsTtlMs: number;
  readonly allowPrivate: boolean;
  readonly maxBodyBytes: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly resolve?: Resolve | undefined;
}

export function createTransport(options: TransportOptions): Transport {
  const dispatcher = createDispatcher(options);
  return {
    async send({ method, url, headers, body }, signal) {
      let begun = false;
      try {
        const answer = await dispatcher.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: method as Dispatcher.HttpMethod,
          headers: { 'accept-encoding': 'gzip, br', ...headers },
          body: body ?? null,
          signal,
        });
        begun = true;
        const received = flatten(answer.headers);
        const bytes = await readBody(answer.body, received['content-encoding'], options.maxBodyBytes);
        return { status: answer.statusCode, headers: received, body: bytes };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw toTransportError(error, begun);
      }
    },
    close: () => dispatcher.close(),
  };
}

/**
 * Slots are given out by the limiter, so the pool may open as many connections as calls are under way. Time-outs are
 * the caller's: a deadline for the whole attempt also ends a body that drips. HTTP/1.1 only, because slots, pool size
 * and latency mean what they say there; over one multiplexed connection a lost packet would slow all calls.
 */
function createDispatcher(options: TransportOptions): Dispatcher {
  const { tls, proxy, connectMs } = options;
  const secure = {
    rejectUnauthorized: tls.verify ?? true,
    ...(tls.ca !== undefined && { ca: typeof tls.ca === 'string' ? tls.ca : [...tls.ca] }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key.reveal() }),
  };
  const common = {
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 64 * 1024,
  };
  if (proxy) {
    // Names are resolved by the proxy then, and what they resolve to is its business.
    return new ProxyAgent({
      ...common,
      uri: proxy.reveal(),
      requestTls: { ...secure, allowH2: false, timeout: connectMs },
      proxyTls: { allowH2: false, timeout: connectMs },
      connectTimeout: connectMs,
    });
  }
  const { dnsTtlMs: ttlMs, allowPrivate, clock, resolve } = options;
  const lookup = createGuardedLookup({ ttlMs, allowPrivate, clock, resolve });
  return new Agent({ ...common, connect: { ...secure, lookup, timeout: connectMs, allowH2: false } });
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** Counts what comes out, so that a small compressed body cannot grow beyond the limit either. */
async function readBody(raw: Readable, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const body = decoded(raw, encoding);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new TransportError(
          'too-large',
          `the body is larger than ${maxBytes} bytes; raise maxBodyBytes if it is meant`,
        );
      }
      chunks.push(chunk);
    }
  } finally {
    body.destroy();
    raw.destroy();
  }
  return Buffer.concat(chunks, size);
}

function decoded(raw: Readable, encoding: string | undefined): Readable {
  const name = encoding?.trim().toLowerCase();
  if (!name || name === 'identity') return raw;
  const decoder =
    name === 'gzip' || name === 'x-gzip'
      ? createGunzip()
      : name === 'br'
        ? createBrotliDecompress()
        : name === 'deflate'
          ? createInflate()
          : undefined;
  if (!decoder)
    throw new TransportError('truncated', `the body is encoded as ${name}, which was not asked for`);
  raw.on('error', (error) => decoder.destroy(error));
  return raw.pipe(decoder);
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const CERTIFICATE =
  /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_SSL|ERR_TLS|ERR_OSSL|UND_ERR_PRX_TLS|^EPROTO$/;

const NO_TLS = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)$/;

/** Without OpenSSL's own file names, and without Node's advice on how to start Node. */
function plainly(code: string, text: string): string {
  if (code.startsWith('ERR_SSL')) return /:SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text;
  return text.replace(
    /; if the root CA is installed locally, try running Node\.js with --use-system-ca$/,
    '',
  );
}

function toTransportError(error: unknown, begun: boolean): TransportError {
  if (error instanceof TransportError) return error;
  const causes = chainOf(error);
  const guarded = causes.find((one) => one instanceof TransportError);
  if (guarded instanceof TransportError) return guarded;
  const code = causes.map(codeOf).find((one) => one !== undefined) ?? '';
  const text = error instanceof Error ? error.message : String(error);
  const message = [code, plainly(code, text)].filter(Boolean).join(': ');
  return new TransportError(kindOf(code, text, begun), message, error);
}

function kindOf(code: string, text: string, begun: boolean): TransportTrouble {
  if (NO_TLS.test(code)) return 'no-tls';
  if (CERTIFICATE.test(code)) return 'certificate';
  if (NEVER_SENT.has(code) || text.startsWith('Proxy response')) return 'connect';
  return begun ? 'truncated' : 'network';
}

/** An error, what caused it, and, where all addresses of a host failed, each failure. */
function chainOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [error];
  const parts = error instanceof AggregateError ? error.errors : [];
  return [error, ...parts, ...(error.cause === undefined ? [] : chainOf(error.cause))];
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}
