import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PREFIX = 'gatehouse-postgres-';
const USER = 'gatehouse';
/** A port found free may be taken before the server binds it. */
const ATTEMPTS = 3;
/** Afterwards the folder may stay for the next start to remove. */
const LONGEST_STOP_MS = 3000;

/** For tests that live a second: nothing needs to survive, and several run side by side on a small machine. */
const settings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'shared_buffers=16MB',
  'max_connections=50',
  'jit=off',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];

/**
 * Makes and starts a server in a temporary folder; gives its URL. It ends with this process, and the folder goes with
 * it; a folder that a kill left behind goes with the next start.
 */
export async function startServer(binaries: string): Promise<string> {
  removeLeftFolders();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const identity = serverIdentity();
  if (identity) chownSync(folder, identity.uid, identity.gid);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

  const data = join(folder, 'data');
  await promisify(execFile)(
    join(binaries, 'initdb'),
    [
      '-D',
      data,
      '-U',
      USER,
      '--auth=trust',
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ],
    { ...identity, cwd: folder },
  );
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const log = await serve(binaries, data, port, identity);
    if (log === undefined) return `postgres://${USER}@127.0.0.1:${port}/postgres`;
    if (attempt === ATTEMPTS || !log.includes('Address already in use'))
      throw new Error(`PostgreSQL did not start:\n${log}`);
  }
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; the package made a user for it. */
function serverIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** Gives the log when the server ended before it was ready. */
async function serve(
  binaries: string,
  data: string,
  port: number,
  identity: Identity | undefined,
): Promise<string | undefined> {
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const [program, ...rest] = [...endWithParent(), join(binaries, 'postgres'), ...args];
  const child = spawn(program ?? '', rest, { ...identity, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = () => {
    child.kill('SIGQUIT');
    waitWhile(() => existsSync(join(data, 'postmaster.pid')));
  };
  process.prependOnceListener('exit', stop);

  const log = await untilReady(child);
  if (log !== undefined) {
    process.removeListener('exit', stop);
    return log;
  }
  // Nobody has to stop it: it does not keep the process, and ends with it.
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.resume().unref();
  return undefined;
}

/** A kill leaves no time to stop a child: Linux can be told to do it. */
function endWithParent(): readonly string[] {
  return existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'QUIT', '--'] : [];
}

async function untilReady(child: ChildProcess): Promise<string | undefined> {
  let log = '';
  const ready = new Promise<undefined>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('ready to accept connections')) resolve(undefined);
    });
  });
  const ended = once(child, 'close').then(() => log);
  return await Promise.race([ready, ended]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Holds the whole process, because nothing else can wait while it exits. The file is the last that a server removes. */
function waitWhile(isSo: () => boolean): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; isSo() && waitedMs < LONGEST_STOP_MS; waitedMs += 5) Atomics.wait(sleeper, 0, 0, 5);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
