/**
 * Real PostgreSQL for tests: a private server made from the installed binaries, one for each test process, started
 * when the first database is asked for and gone with the process, even when that is killed. Or the server that
 * GATEHOUSE_TEST_POSTGRES names, by a URL whose user may create databases.
 */
import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import pg from 'pg';
import { startServer } from './postgres-server.ts';

/** Databases that a crash left on a server that is not ours are dropped when they are this old. */
const STALE_MS = 2 * 3_600_000;
const PREFIX = 'gatehouse_test';

export interface TestDatabase extends AsyncDisposable {
  /** `postgres://…`, for a database that is new and empty. */
  readonly url: string;
}

/** What tests on PostgreSQL need, for the message that says they were left out. */
export const postgresNeed = 'PostgreSQL: install its server package, or set GATEHOUSE_TEST_POSTGRES to a URL';

export function isPostgresHere(): boolean {
  return Boolean(process.env.GATEHOUSE_TEST_POSTGRES) || findBinaries() !== undefined;
}

/**
 * Whether tests on PostgreSQL can run here. With CI=true their absence is a failure, not a gap: then this throws.
 */
export function hasPostgres(): boolean {
  if (isPostgresHere()) return true;
  if (process.env.CI === 'true')
    throw new Error(`tests may not be left out with CI=true; needed: ${postgresNeed}`);
  return false;
}

/** A database of its own for a test. Disposing it drops it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  server ??= openServer();
  const serverUrl = await server;
  const name = `${PREFIX}_${Date.now()}_${randomBytes(4).toString('hex')}`;
  await administer(serverUrl, (client) => client.query(`create database ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () =>
      administer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`)),
  };
}

let server: Promise<string> | undefined;

async function openServer(): Promise<string> {
  const url = process.env.GATEHOUSE_TEST_POSTGRES;
  if (url) {
    await administer(url, dropStale);
    return url;
  }
  const binaries = findBinaries();
  if (binaries === undefined) throw new Error(`no PostgreSQL here; needed: ${postgresNeed}`);
  return await startServer(binaries);
}

/** The folder of the newest installed server. */
function findBinaries(): string | undefined {
  const version = (path: string) => Number(/\/(\d+)\/bin\//.exec(path)?.[1] ?? 0);
  const [newest] = globSync('/usr/lib/postgresql/*/bin/postgres').sort((a, b) => version(b) - version(a));
  return newest?.replace(/\/postgres$/, '');
}

async function administer(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function dropStale(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select datname as name from pg_database where datname like $1',
    [`${PREFIX}_%`],
  );
  for (const { name } of rows) {
    const madeAt = Number(name.split('_')[2]);
    if (Date.now() - madeAt > STALE_MS) await client.query(`drop database if exists "${name}" with (force)`);
  }
}
