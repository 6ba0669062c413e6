/** kill -9 at any moment, then the same again: the store must hold what it holds when nothing happened. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeEstate } from '../../src/sandbox/dynatrace/data/estate.ts';
import { startDynatraceEmulator } from '../../src/sandbox/dynatrace/emulator.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { snapshotOf } from '../model/snapshot.ts';
import { type CliResult, makeFolder, runCli } from '../support/cli.ts';
import { manyEntries, writeTrivyScan } from '../support/trivy-scan.ts';

const KILLS = 20;
/** A machine that speeds up half way lets some runs end before their moment: those are tried at another one. */
const MOST_TRIES = 60;
/** Moments repeat from run to run of the test, so that a failure can be looked at again. */
const SEED = 20_260_501;

/** Kills at random moments until so many were killed before they were done, each followed by `check`. */
async function killAndRepeat(
  calmMs: number,
  run: (n: number, killAfterMs?: number) => Promise<CliResult>,
  check: (n: number, killAfterMs: number) => Promise<void>,
): Promise<void> {
  let state = SEED;
  let lastMs = calmMs;
  let killed = 0;
  for (let n = 0; killed < KILLS; n += 1) {
    assert.ok(n < MOST_TRIES, `only ${killed} of ${n} were killed before they were done`);
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const killAfterMs = Math.round((state / 2 ** 32) * lastMs);
    const first = await run(n, killAfterMs);
    if (first.code === null) killed += 1;
    const again = await run(n);
    assert.equal(again.code, 0, again.stderr);
    lastMs = (lastMs + again.ms) / 2;
    await check(n, killAfterMs);
  }
}

async function shown(path: string): Promise<unknown> {
  const store = await openSqliteStore({ path, readers: 1 });
  try {
    return (await snapshotOf(store.reader)).findings;
  } finally {
    await store.close();
  }
}

test('an import killed at 20 random moments and repeated leaves the store as an undisturbed one does', async () => {
  await using folder = await makeFolder();
  const scan = await writeTrivyScan(folder.file('scan.json'), { entries: manyEntries(1500) });
  const envOf = (name: string) => ({ GATEHOUSE_STORE: `sqlite:${folder.file(name)}` });
  const undisturbed = await runCli(['import', scan], { cwd: folder.path, env: envOf('calm.db') });
  assert.equal(undisturbed.code, 0, undisturbed.stderr);
  const expected = await shown(folder.file('calm.db'));

  await killAndRepeat(
    undisturbed.ms,
    (n, killAfterMs) =>
      runCli(['import', scan], { cwd: folder.path, env: envOf(`killed-${n}.db`), killAfterMs }),
    async (n, killAfterMs) =>
      assert.deepEqual(
        await shown(folder.file(`killed-${n}.db`)),
        expected,
        `killed after ${killAfterMs} ms`,
      ),
  );
});

test('a collection killed at 20 random moments and continued leaves the store as an undisturbed one does', async () => {
  await using folder = await makeFolder();
  const { certification } = makeEstate({ seed: 7, problems: 260, at: Date.UTC(2026, 4, 1) });
  const emulator = await startDynatraceEmulator({
    tenant: certification,
    clock: 'frozen',
    latency: { default: 8 },
  });
  try {
    const configuration = folder.file('gatehouse.yaml');
    const url = `${emulator.url}/e/${emulator.environmentId}`;
    const source = {
      name: 'certification',
      kind: 'dynatrace',
      url,
      token: { env: 'TOKEN' },
      allowPrivate: true,
    };
    await writeFile(configuration, JSON.stringify({ sources: [source] }));
    const collect = (name: string, killAfterMs?: number) =>
      runCli(['collect', '--full', '--details'], {
        cwd: folder.path,
        env: { TOKEN: emulator.token, GATEHOUSE_STORE: `sqlite:${folder.file(name)}` },
        killAfterMs,
      });
    const undisturbed = await collect('calm.db');
    assert.equal(undisturbed.code, 0, undisturbed.stderr);
    const expected = await shown(folder.file('calm.db'));

    await killAndRepeat(
      undisturbed.ms,
      (n, killAfterMs) => collect(`killed-${n}.db`, killAfterMs),
      async (n, killAfterMs) =>
        assert.deepEqual(
          await shown(folder.file(`killed-${n}.db`)),
          expected,
          `killed after ${killAfterMs} ms`,
        ),
    );
  } finally {
    await emulator.close();
  }
});
