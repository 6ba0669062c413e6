/** Reading from one environment: the envelope of every reply is checked here, strictly. */
import type * as z from 'zod';
import { GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import type { HttpClient } from '../../platform/http/client.ts';

export interface Reply<T> {
  readonly body: T;
  /** The vendor's clock when it answered, epoch ms. */
  readonly serverAt: number | undefined;
}

export interface Environment {
  /** @throws GatehouseError when there is no reply, or it is not of this shape */
  get<T>(path: readonly string[], query: Query, shape: z.ZodType<T>, signal: AbortSignal): Promise<Reply<T>>;
}
export type Query = Readonly<Record<string, string>>;

export function environmentBehind(http: HttpClient, sourceId: string, host: string): Environment {
  return {
    async get(path, query, shape, signal) {
      const { body, headers } = await http.getJson(path, { query, signal });
      const read = shape.safeParse(body);
      if (!read.success) throw notWhatWasAsked(`${sourceId}: GET ${host}`, path, read.error);
      const serverAt = Date.parse(headers.date ?? '');
      return { body: read.data, serverAt: Number.isNaN(serverAt) ? undefined : serverAt };
    },
  };
}

function notWhatWasAsked(what: string, path: readonly string[], error: z.ZodError): GatehouseError {
  const [issue] = error.issues;
  const where = issue?.path.join('.') || 'the reply';
  return new GatehouseError(
    'source-unavailable',
    `${what} ${path.join('/')} gave a reply that cannot be read (${where}: ${issue?.message}); check the address`,
    { facts: { path: path.join('/') } },
  );
}

/** What ends the run, rather than costing it one record: the next call would fail alike, or nobody waits for it. */
export function endsRun(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || !isGatehouseError(error)) return true;
  return ['unauthenticated', 'forbidden', 'cancelled', 'config-invalid'].includes(error.code);
}

export function statusOf(error: unknown): number | undefined {
  const status = isGatehouseError(error) ? error.facts.status : undefined;
  return typeof status === 'number' ? status : undefined;
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
