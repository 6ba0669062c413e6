/** Whether a source can be reached, by whom it says we are, and what we may do there. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../platform/http/client.ts';
import type { Detail, Probe } from '../../sources/source.ts';
import type { Io } from '../command.ts';
import type { ConfiguredSource } from '../configuration.ts';
import { ok, type Point, problem, warning } from './point.ts';

/** Certificates, tokens and the order of events bear a difference of some seconds. */
const CLOCK_WARNING_MS = 60_000;

/** `wants`: what the configured scopes need of it. Ends at the first thing without which nothing further can work. */
export async function sourcePoints(
  { name, source, settings }: ConfiguredSource,
  wants: ReadonlySet<Detail>,
  io: Io,
): Promise<readonly Point[]> {
  const about = `source ${name}`;
  let made: HttpClientOptions | undefined;
  let http: HttpClient | undefined;
  try {
    http = await source.connect(settings, {
      sourceId: name,
      environment: io.env,
      // Somebody waits: no second tries.
      createClient: (options) => {
        made = {
          ...options,
          retries: { attempts: 1 },
          timeouts: { attemptMs: 10_000, totalMs: 15_000, connectMs: 5000 },
          breaker: { whileOpen: 'fail' },
        };
        return createHttpClient(made);
      },
    });
    const unresolved = made === undefined ? undefined : await addressFault(made);
    if (unresolved !== undefined)
      return [problem(about, unresolved, 'check the url, the name server and the proxy')];
    return await askedPoints(about, source.probes(settings), wants, http, made, io);
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return [problem(about, error.message)];
  } finally {
    await http?.close();
  }
}

/** A proxy looks names up by itself. */
async function addressFault({ baseUrl, proxy }: HttpClientOptions): Promise<string | undefined> {
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '');
  if (proxy !== undefined || isIP(host) !== 0) return undefined;
  try {
    await lookup(host);
    return undefined;
  } catch (error) {
    return `${host} does not resolve (${error instanceof Error ? error.message : error})`;
  }
}

interface Asked {
  readonly probe: Probe;
  /** Undefined: it was answered. */
  readonly refusal: GatehouseError | undefined;
  /** Ours minus theirs, ms. */
  readonly aheadMs: number | undefined;
}

async function askedPoints(
  about: string,
  probes: readonly Probe[],
  wants: ReadonlySet<Detail>,
  http: HttpClient,
  made: HttpClientOptions | undefined,
  io: Io,
): Promise<readonly Point[]> {
  const asked: Asked[] = [];
  for (const probe of probes) asked.push(await ask(http, probe, io));
  const refused = asked.filter(({ refusal }) => refusal !== undefined);
  if (refused.length === asked.length) return [allRefused(about, asked)];
  return [
    reachedPoint(about, made),
    ok(about, 'the token is accepted'),
    ...asked.map((one) => rightPoint(about, one, wants)),
    ...clockPoints(about, asked),
  ];
}

/** Throws for everything that is no answer about rights. */
async function ask(http: HttpClient, probe: Probe, io: Io): Promise<Asked> {
  try {
    const { headers } = await http.getJson(probe.path, { query: probe.query, signal: io.signal });
    const theirs = Date.parse(headers.date ?? '');
    const aheadMs = Number.isNaN(theirs) ? undefined : io.now().getTime() - theirs;
    return { probe, refusal: undefined, aheadMs };
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== 'unauthenticated') throw error;
    return { probe, refusal: error, aheadMs: undefined };
  }
}

/** A vendor that says 403 knows the token; one that says 401 may mean either, and its own words then tell. */
function allRefused(about: string, asked: readonly Asked[]): Point {
  const isKnown = asked.every(({ refusal }) => refusal?.facts.status === 403);
  const rights = asked.map(({ probe }) => probe.right).join(', ');
  const words = asked[0]?.refusal?.message ?? '';
  return isKnown
    ? problem(about, `the token is known and lacks every right: ${words}`, `give it ${rights}`)
    : problem(about, `the token is not accepted: ${words}`, `make a new one with ${rights}`);
}

function reachedPoint(about: string, made: HttpClientOptions | undefined): Point {
  const { origin, protocol } = new URL(made?.baseUrl ?? 'https://unknown');
  if (protocol === 'http:')
    return warning(about, `${origin} answers without TLS: whoever listens reads the token`);
  if (made?.tls?.verify === false) {
    return warning(
      about,
      `${origin} answers, and its certificate is not verified`,
      'give its authority as tls.caFile and remove tls.verify',
    );
  }
  return ok(about, `${origin} answers, and its certificate verifies`);
}

function rightPoint(about: string, { probe, refusal }: Asked, wants: ReadonlySet<Detail>): Point {
  const { right, reads, detail } = probe;
  if (refusal === undefined) return ok(about, `${right}: ${reads} can be read`);
  const says = `the token lacks ${right}: no ${reads} are read`;
  const isNeeded = detail === undefined || wants.has(detail);
  const todo = `give the token ${right}`;
  return isNeeded
    ? problem(
        about,
        says,
        `${todo}${detail === undefined ? '' : ', which a scope of the configuration needs'}`,
      )
    : warning(about, says, `${todo}, or go without`);
}

function clockPoints(about: string, asked: readonly Asked[]): readonly Point[] {
  const known = asked.flatMap(({ aheadMs }) => aheadMs ?? []);
  const [aheadMs] = known.toSorted((a, b) => Math.abs(a) - Math.abs(b));
  if (aheadMs === undefined) return [];
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) < CLOCK_WARNING_MS) return [ok(about, 'its clock and ours agree')];
  return [
    warning(
      about,
      `the clock of this machine is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the source`,
      'set it by a time server: tokens, certificates and waivers end by it',
    ),
  ];
}
