/**
 * One request through the emulator: who asks, may they, do limits and faults let it through, wait as long as
 * the vendor would take, answer, spoil the answer if a fault says so, send.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import type { Control, Settings } from './control.ts';
import type { Random } from './data/random.ts';
import { spoilBody } from './faults/body.ts';
import { type Answer, deliver } from './faults/deliver.ts';
import type { FaultSet } from './faults/fault-set.ts';
import { drawLatencyMs, latencyOf } from './faults/latency.ts';
import type { ThreadPool } from './faults/pool.ts';
import type { RateLimiter } from './faults/rate.ts';
import type { AnyFault } from './options.ts';
import { badRequest, envelopeOf, notFound, refusal } from './refusal.ts';
import type { Call, Result, Route, Router } from './routes.ts';
import type { Recorder } from './stats.ts';
import { expired, missingScope, type TokenTable } from './tokens.ts';

export interface Machine {
  readonly environmentId: string;
  readonly router: Router;
  readonly settings: Settings;
  readonly tokens: TokenTable;
  readonly rate: RateLimiter;
  readonly pool: ThreadPool;
  readonly faults: FaultSet;
  readonly control: Control;
  readonly recorder: Recorder;
  readonly random: Random;
  readonly now: () => number;
  /** Aborted when the emulator closes. */
  readonly closing: AbortSignal;
}

const jsonType = 'application/json; charset=utf-8';
const largestPayload = 1_000_000;

export async function handleRequest(
  machine: Machine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { recorder, closing } = machine;
  const url = new URL(request.url ?? '/', 'http://emulator.invalid');
  const parameters = readParameters(url.searchParams);
  const found = attempt(() => machine.router.find(request.method ?? 'GET', apiPath(url.pathname, machine)));
  const route = isGatehouseError(found) ? undefined : found;
  recorder.begin(route?.endpoint ?? 'other');
  let [status, bytes]: [number | undefined, number] = [undefined, 0];
  try {
    const faults = route === undefined ? [] : machine.faults.hit(factsOf(route, parameters));
    if (faults.some(({ kind }) => kind === 'reset')) {
      request.socket.resetAndDestroy();
      return;
    }
    if (faults.some(({ kind }) => kind === 'hang')) {
      await goneOrClosing(response, closing);
      return;
    }
    const answer = await answerTo(machine, request, found, parameters, faults);
    // Before it is sent, so that the next request is sure to see the change.
    for (const fault of faults) if (fault.kind === 'change-data') machine.control.mutate(...fault.mutations);
    if (response.destroyed) return;
    bytes = await deliver(response, answer, faults, closing);
    status = faults.some(({ kind }) => kind === 'truncate') ? undefined : answer.status;
  } finally {
    recorder.end(status, bytes);
  }
}

async function answerTo(
  machine: Machine,
  request: IncomingMessage,
  route: Route | GatehouseError,
  parameters: ReadonlyMap<string, string>,
  faults: readonly AnyFault[],
): Promise<Answer> {
  let headers: Readonly<Record<string, string>> = {};
  try {
    const payload = await readPayload(request);
    authorise(machine, request, route, faults);
    if (isGatehouseError(route)) throw route;
    const limit = machine.rate.take(route.endpoint);
    headers = limit.headers;
    if (!limit.allowed) throw refusal(429, 'Too many requests: the limit of this endpoint is reached.');
    const forced = faults.find((fault) => fault.kind === 'status');
    if (forced !== undefined) {
      headers = { ...headers, ...forcedHeaders(forced) };
      throw refusal(forced.status, forced.message);
    }
    const result = await machine.pool.run(() => work(machine, route, { parameters, payload }, faults));
    return spell(result, faults, headers);
  } catch (error) {
    return failure(error, headers);
  }
}

/** On a thread: as long as the vendor would take, then the answer. */
async function work(
  machine: Machine,
  route: Route,
  call: Call,
  faults: readonly AnyFault[],
): Promise<Result> {
  const { settings, random, closing } = machine;
  const extra = faults.find(({ kind }) => kind === 'delay');
  const latency = extra?.kind === 'delay' ? extra.latency : latencyOf(settings.latency, route.endpoint);
  const ms = drawLatencyMs(latency, random);
  if (ms > 0) await wait(ms, undefined, { signal: closing });
  if (route.id !== undefined && faults.some(({ kind }) => kind === 'vanish'))
    throw notFound(`Security problem with id '${route.id}' not found.`);
  return route.run(call);
}

function authorise(
  { tokens, settings, now }: Machine,
  request: IncomingMessage,
  route: Route | GatehouseError,
  faults: readonly AnyFault[],
): void {
  const { missingScopeStatus } = settings.dialect;
  const scope = isGatehouseError(route) ? 'entities.read' : route.scope;
  tokens.authorise(request.headers.authorization, scope, now(), missingScopeStatus);
  if (faults.some(({ kind }) => kind === 'expired-token')) throw expired();
  if (faults.some(({ kind }) => kind === 'missing-scope')) throw missingScope(scope, missingScopeStatus);
}

function spell(
  { status, body, lastBefore }: Result,
  faults: readonly AnyFault[],
  headers: Answer['headers'],
): Answer {
  if (body === undefined) return { status, headers, text: '' };
  if (faults.some(({ kind }) => kind === 'html'))
    return {
      status: 200,
      headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
      text: '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>',
    };
  const said = spoilBody(body, faults, lastBefore ?? (() => undefined));
  const text = JSON.stringify(said);
  const broken = faults.some(({ kind }) => kind === 'invalid-json');
  return {
    status,
    headers: { ...headers, 'Content-Type': jsonType },
    text: broken ? `${text.slice(0, -1)},}` : text,
  };
}

function failure(error: unknown, headers: Answer['headers']): Answer {
  if (!isGatehouseError(error)) throw error;
  const { status, envelope } = envelopeOf(error);
  return { status, headers: { ...headers, 'Content-Type': jsonType }, text: JSON.stringify(envelope) };
}

function forcedHeaders({ headers, retryAfterSeconds }: Extract<AnyFault, { kind: 'status' }>) {
  return retryAfterSeconds === undefined ? headers : { ...headers, 'Retry-After': String(retryAfterSeconds) };
}

/** `/api/v2/…` as on SaaS, `/e/{environmentId}/api/v2/…` as on Managed and through an ActiveGate. */
function apiPath(pathname: string, { environmentId }: Machine): string {
  const match = /^(?:\/e\/([^/]+))?\/api\/v2(\/.*)$/.exec(pathname);
  if (match === null || (match[1] !== undefined && match[1] !== environmentId))
    throw notFound(`There is nothing at ${pathname}.`);
  return match[2]!;
}

function factsOf(route: Route, parameters: ReadonlyMap<string, string>) {
  const { endpoint, id } = route;
  const facts = id === undefined ? { endpoint } : { endpoint, id };
  return endpoint === 'list' || endpoint === 'entities' ? { ...facts, page: pageOf(parameters) } : facts;
}

/** The page asked for, from 1. An unreadable key counts as the first page; it is refused later. */
function pageOf(parameters: ReadonlyMap<string, string>): number {
  const key = parameters.get('nextPageKey');
  if (key === undefined) return 1;
  const page = /"page":(\d+)/.exec(Buffer.from(key, 'base64url').toString('utf8'))?.[1];
  return page === undefined ? 1 : Number(page) + 1;
}

function readParameters(search: URLSearchParams): ReadonlyMap<string, string> {
  return new Map(search);
}

async function readPayload(request: IncomingMessage): Promise<() => unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > largestPayload) throw refusal(413, 'The payload is larger than 1 MB.');
    chunks.push(bytes);
  }
  return () => parsePayload(Buffer.concat(chunks).toString('utf8'));
}

function parsePayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest('body', 'The payload is not JSON.', 'PAYLOAD_BODY');
    throw error;
  }
}

function attempt(find: () => Route): Route | GatehouseError {
  try {
    return find();
  } catch (error) {
    if (isGatehouseError(error)) return error;
    throw error;
  }
}

function goneOrClosing(response: ServerResponse, closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    closing.addEventListener('abort', () => resolve(), { once: true });
  });
}
