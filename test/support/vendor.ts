/** A vendor made of a function, behind the real HTTP client: what a source sends and reads is what is tested. */
import { readFileSync } from 'node:fs';
import { createHttpClient } from '../../src/platform/http/client.ts';
import type { HttpClientOptions } from '../../src/platform/http/options.ts';
import type { Transport } from '../../src/platform/http/wire.ts';
import type { Log } from '../../src/platform/log.ts';

export interface VendorCall {
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** A body is sent as JSON with 200. `hang` never answers; `text` is sent as it is. */
export type VendorAnswer =
  | { readonly body: unknown; readonly status?: number }
  | { readonly text: string; readonly status?: number }
  | { readonly hang: true };

/** What a source's contract is tested with: small, invented, with one record that cannot be read. */
export interface ContractVendor {
  /** As in a configuration file. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly host: string;
  /** Ids of the entries that can be read, and of the one that cannot. */
  readonly keys: readonly string[];
  readonly brokenKey: string;
  /** The records as the vendor holds them, for tests that spoil some. */
  readonly records: readonly unknown[];
  /** Answers from these records, a few at a time so that there are several pages. */
  answer(records: readonly unknown[], call: VendorCall): VendorAnswer;
}

export interface VendorClient {
  readonly calls: readonly VendorCall[];
  readonly warnings: readonly string[];
  readonly createClient: typeof createHttpClient;
  readonly log: Log;
}

export interface VendorOptions {
  readonly answer: (call: VendorCall) => VendorAnswer | Promise<VendorAnswer>;
  /** The vendor's clock, epoch ms; undefined: it does not tell. */
  readonly date?: () => number | undefined;
  readonly client?: Partial<HttpClientOptions>;
}

export function vendorClient({ answer, date, client }: VendorOptions): VendorClient {
  const calls: VendorCall[] = [];
  const warnings: string[] = [];
  const transport: Transport = {
    async send({ url, headers }, signal) {
      signal.throwIfAborted();
      const query = Object.fromEntries(url.searchParams);
      const call = { host: url.host, path: decodeURIComponent(url.pathname), query, headers };
      calls.push(call);
      const answered = await answer(call);
      if ('hang' in answered) return await new Promise((_, reject) => rejectOnAbort(signal, reject));
      const isText = 'text' in answered;
      const body = isText ? answered.text : JSON.stringify(answered.body);
      const at = date?.();
      return {
        status: answered.status ?? 200,
        headers: {
          'content-type': isText ? 'text/html' : 'application/json; charset=utf-8',
          ...(at === undefined ? {} : { date: new Date(at).toUTCString() }),
        },
        body: Buffer.from(body),
      };
    },
    close: async () => undefined,
  };
  return {
    calls,
    warnings,
    // No back-off and no second try, unless a test is about them: errors come out at once.
    createClient: (options) =>
      createHttpClient({ ...options, retries: { attempts: 1 }, random: () => 0, ...client, transport }),
    log: { debug() {}, info() {}, warn: (message) => warnings.push(message), error() {} },
  };
}

function rejectOnAbort(signal: AbortSignal, reject: (reason: unknown) => void): void {
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
}

export function readJson(url: URL): unknown {
  return JSON.parse(readFileSync(url, 'utf8'));
}
