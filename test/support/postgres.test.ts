import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { createTestDatabase, hasPostgres, postgresNeed } from './postgres.ts';

const isThere = hasPostgres();

/** Says so when it cannot run; with CI=true that has already failed. */
function onPostgres(name: string, run: () => Promise<void>): void {
  test(name, async (context: TestContext) =>
    isThere ? await run() : context.diagnostic(`left out: ${postgresNeed}`),
  );
}

async function ask(url: string, question: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(question)).rows;
  } finally {
    await client.end();
  }
}

onPostgres('a test gets a database that is empty and its own', async () => {
  await using first = await createTestDatabase();
  await using second = await createTestDatabase();
  await ask(first.url, 'create table thing (id int)');

  await assert.rejects(ask(second.url, 'select * from thing'), /does not exist/);
  assert.deepEqual(await ask(first.url, 'select * from thing'), []);
});

onPostgres('a database that was disposed of is gone, even with someone connected', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined); // being cut off is what is tested
  await client.connect();

  await database[Symbol.asyncDispose]();

  await assert.rejects(ask(database.url, 'select 1'), /does not exist/);
  await client.end();
});

onPostgres(
  'the server and its folder are gone when the process has ended, and the process can end',
  async () => {
    const { folder, pid } = await serverOfChild('');

    assert.equal(existsSync(folder), false);
    await gone(pid);
  },
);

onPostgres('the server is gone when the process was killed, and its folder at the next start', async () => {
  const { folder, pid } = await serverOfChild("process.kill(process.pid, 'SIGKILL');");
  await gone(pid);

  await serverOfChild('');

  assert.equal(existsSync(folder), false);
});

test('with CI=true a missing PostgreSQL is a failure', async () => {
  const script = `import { syncBuiltinESMExports } from 'node:module';
    import fs from 'node:fs';
    fs.globSync = () => [];
    syncBuiltinESMExports();
    const { hasPostgres } = await import(${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)});
    try { console.log(hasPostgres()); } catch (error) { console.log(error.message); }`;
  const answer = async (ci: string) => {
    const env = { ...process.env, GATEHOUSE_TEST_POSTGRES: '', CI: ci };
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env });
    return String(await child.stdout.toArray());
  };

  assert.match(await answer('true'), /may not be left out with CI=true; needed: PostgreSQL/);
  assert.match(await answer(''), /^false/);
});

/** Lets another process start a server, end as told, and gives what it had. */
async function serverOfChild(ending: string): Promise<{ folder: string; pid: number }> {
  const script = `const { createTestDatabase } = await import(${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)});
    await createTestDatabase();
    const { globSync, readFileSync } = await import('node:fs');
    const [file] = globSync(${JSON.stringify(join(tmpdir(), 'gatehouse-postgres-'))} + process.pid + '-*/data/postmaster.pid');
    console.log(JSON.stringify({ file, pid: Number(readFileSync(file, 'utf8').split('\\n')[0]) }));
    ${ending}`;
  const env = { ...process.env, GATEHOUSE_TEST_POSTGRES: '' };
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const { file, pid } = JSON.parse(String(await child.stdout.toArray()));
  await closed;
  return { folder: join(file, '../..'), pid };
}

async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
