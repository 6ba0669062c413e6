/** The emulator of the Dynatrace Environment API v2 (see README.md beside this file). */
import { randomBytes } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { z } from 'zod';
import { GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import { makeSelfSignedCertificate } from './certificate.ts';
import { Command, type Control, makeControl, type Settings } from './control.ts';
import { makeRandom } from './data/random.ts';
import { makeFaultSet } from './faults/fault-set.ts';
import { makeThreadPool } from './faults/pool.ts';
import { makeRateLimiter } from './faults/rate.ts';
import { handleRequest, type Machine } from './handler.ts';
import { makeMutator } from './mutation.ts';
import { EmulatorOptions } from './options.ts';
import { makeRouter } from './routes.ts';
import { makeRecorder, type Stats } from './stats.ts';
import { openTenant } from './tenant.ts';
import { allScopes, makeToken, makeTokenTable } from './tokens.ts';

export interface DynatraceEmulator {
  /** Without a path: `http://127.0.0.1:port`. Both `/api/v2` and `/e/{environmentId}/api/v2` work below it. */
  readonly url: string;
  readonly port: number;
  readonly environmentId: string;
  /** Has every scope and does not expire. */
  readonly token: string;
  /** For the header `x-control-key` of `/__control`. */
  readonly controlKey: string;
  /** PEM of the certificate, with `https`. */
  readonly certificate: string | undefined;
  readonly control: Control;
  stats(): Stats;
  /** Cuts open connections and stops. */
  close(): Promise<void>;
}

/** Starts on 127.0.0.1. Throws GatehouseError `config-invalid` naming every option that is wrong. */
export async function startDynatraceEmulator(given: EmulatorOptions): Promise<DynatraceEmulator> {
  const parsed = EmulatorOptions.safeParse(given);
  if (!parsed.success)
    throw new GatehouseError('config-invalid', `dynatrace emulator: ${z.prettifyError(parsed.error)}`);
  const options = parsed.data;
  const { wallNow = Date.now } = options;
  const random = makeRandom(options.seed);
  const closing = new AbortController();
  const clock = makeClock(options.tenant.at, options.clock);
  const settings: Settings = { latency: options.latency, pool: options.pool, dialect: options.dialect };
  const token = makeToken(random.fork('token'));
  const tokens = makeTokenTable([{ token, scopes: allScopes }, ...options.tokens]);
  const tenant = openTenant(options.tenant, clock.now);
  const mutator = makeMutator(tenant, random.fork('mutations'));
  const pool = makeThreadPool(options.pool, monotonicMs);
  const rate = makeRateLimiter(options.rate, wallNow);
  const faults = makeFaultSet(options.faults, random.fork('faults'), monotonicMs);
  const recorder = makeRecorder(wallNow, monotonicMs);
  const resetStats = () => {
    recorder.reset();
    pool.resetStats();
  };
  const control = makeControl({ settings, faults, pool, rate, tokens, mutator, clock, resetStats });
  const machine: Machine = {
    environmentId: tenant.environmentId,
    router: makeRouter(tenant, mutator, () => settings.dialect),
    settings,
    tokens,
    rate,
    pool,
    faults,
    control,
    recorder,
    random: random.fork('latency'),
    now: clock.now,
    closing: closing.signal,
  };
  const stats = () => recorder.read(pool.stats(), settings.pool?.threads, faults.hits());
  const controlKey = randomBytes(24).toString('hex');
  const door = controlDoor(control, controlKey, stats);
  const certificate =
    options.https === true
      ? makeSelfSignedCertificate(wallNow())
      : options.https === false
        ? undefined
        : options.https;
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const handled = request.url?.startsWith('/__control')
      ? door(request, response)
      : handleRequest(machine, request, response);
    handled.catch((error: unknown) => abandon(error, response, closing.signal));
  };
  const server: Server =
    certificate === undefined ? createHttpServer(serve) : createHttpsServer({ ...certificate }, serve);
  // Longer than any client keeps a connection, so that the emulator never closes one that is about to be used.
  server.keepAliveTimeout = 600_000;
  const port = await listen(server, options.port);
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    environmentId: tenant.environmentId,
    token,
    controlKey,
    certificate: certificate?.cert,
    control,
    stats,
    close() {
      closing.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function monotonicMs(): number {
  return performance.now();
}

/** Starts at the moment of the data, so that a relative window means the same on every run. */
function makeClock(at: number, mode: 'running' | 'frozen') {
  const startedAt = monotonicMs();
  let ahead = 0;
  return {
    now: () => Math.floor(at + ahead + (mode === 'running' ? monotonicMs() - startedAt : 0)),
    advance(ms: number) {
      ahead += ms;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new GatehouseError('config-invalid', `dynatrace emulator: cannot listen on port ${port}`, { cause }),
      ),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** `GET` reads statistics, faults and clock, `POST` runs one command. */
function controlDoor(control: Control, key: string, stats: () => Stats) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    };
    if (request.headers['x-control-key'] !== key)
      return answer(403, { error: 'x-control-key is missing or wrong' });
    if (request.method === 'GET')
      return answer(200, { stats: stats(), faults: control.faults(), now: control.now() });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const command = Command.safeParse(parseJson(Buffer.concat(chunks).toString('utf8')));
    if (!command.success) return answer(400, { error: z.prettifyError(command.error) });
    try {
      answer(200, control.run(command.data));
    } catch (error) {
      if (!isGatehouseError(error)) throw error;
      answer(400, { error: error.message });
    }
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A client that went away is nobody's fault; anything else is ours and must be seen. */
function abandon(error: unknown, response: ServerResponse, closing: AbortSignal): void {
  const clientLeft = error instanceof Error && 'code' in error && String(error.code).startsWith('E');
  if (!closing.aborted && !clientLeft) process.stderr.write(`dynatrace emulator: ${String(error)}\n`);
  if (response.headersSent || response.destroyed) response.destroy();
  else response.writeHead(500).end();
}
