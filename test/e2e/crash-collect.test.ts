import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeEstate } from '../../src/sandbox/dynatrace/data/estate.ts';
import { startDynatraceEmulator } from '../../src/sandbox/dynatrace/emulator.ts';
import { makeFolder, runCli } from '../support/cli.ts';
import { killAndRepeat, shown } from '../support/crash.ts';

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
