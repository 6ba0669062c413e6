import assert from 'node:assert/strict';
import { type GatehouseError, isGatehouseError } from '../../src/domain/errors.ts';
import { createHttpClient, type HttpClientOptions, type HttpEvent } from '../../src/platform/http/client.ts';
import type { Incoming, Outgoing } from '../../src/platform/http/wire.ts';
import type { Log, LogFacts } from '../../src/platform/log.ts';
import { createVirtualClock } from './virtual-clock.ts';

export type Reply =
  | { status?: number; json?: unknown; text?: string; headers?: Record<string, string>; afterMs?: number }
  | Error;

/** Replies in order, the last one for ever; a function may look at the call. */
export function aClient(
  replies: Reply[] | ((call: Outgoing, count: number) => Reply),
  options: Partial<HttpClientOptions> = {},
) {
  const clock = createVirtualClock();
  const sent: (Outgoing & { atMs: number })[] = [];
  const logged: { message: string; facts: LogFacts }[] = [];
  const events: HttpEvent[] = [];
  const note = (message: string, facts: LogFacts = {}) => void logged.push({ message, facts });
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const client = createHttpClient({
    name: 'vendor-main',
    baseUrl: 'https://vendor.example/api',
    clock,
    random: () => 0.5,
    log,
    onEvent: (event) => events.push(event),
    transport: {
      async send(outgoing, signal) {
        sent.push({ ...outgoing, atMs: clock.monotonic() });
        const reply =
          typeof replies === 'function'
            ? replies(outgoing, sent.length)
            : replies[Math.min(sent.length, replies.length) - 1]!;
        if (!(reply instanceof Error)) return answer(reply, signal);
        throw reply;
      },
      close: async () => undefined,
    },
    ...options,
  });
  async function answer(reply: Exclude<Reply, Error>, signal: AbortSignal): Promise<Incoming> {
    await clock.sleep(reply.afterMs ?? 10, signal);
    const body = Buffer.from(reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json)));
    return { status: reply.status ?? 200, headers: reply.headers ?? {}, body };
  }
  const get = (path = '/x') => clock.run(client.getJson(path));
  return { client, clock, sent, logged, events, get };
}

export async function failureOf(work: Promise<unknown>): Promise<GatehouseError> {
  const error = await work.then(
    () => undefined,
    (caught) => caught,
  );
  assert.ok(isGatehouseError(error), String(error));
  return error;
}
