import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFolder, runCli } from '../support/cli.ts';
import { killAndRepeat, shown } from '../support/crash.ts';
import { manyEntries, writeTrivyScan } from '../support/trivy-scan.ts';

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
