import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeFolder } from '../../../test/support/cli.ts';
import { trialIo } from '../../../test/support/trial-io.ts';
import { trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan, writeTrivyScan } from '../../../test/support/trivy-scan.ts';
import { commands } from '../commands.ts';
import { runProgram } from '../program.ts';

test('what a scan says of itself cannot repaint the terminal or forge a line', async () => {
  const evil = '\u001b[31m\r\nall.json: trivy, 0 observations\u0007';
  await using folder = await makeFolder();
  const run = {
    tool: { driver: { name: `tool${evil}` } },
    invocations: [
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ level: 'error', message: { text: evil } }],
      },
    ],
    results: [],
  };
  await writeFile(folder.file('scan.sarif'), JSON.stringify({ version: '2.1.0', runs: [run] }));
  const trial = trialIo({ cwd: folder.path });

  assert.equal(await runProgram(['import', 'scan.sarif'], trial.io, commands), 0);

  assert.match(trial.stdout(), /is partial\n/);
  assert.doesNotMatch(trial.stdout(), /[^\P{Cc}\n]/u);
  assert.doesNotMatch(trial.stdout(), /^all\.json/m);
});

test('a file that is refused keeps none of the others from being stored and told', async () => {
  await using folder = await makeFolder();
  await writeTrivyScan(folder.file('good.json'), { entries: [{ id: 'CVE-2024-1001' }] });
  await writeFile(folder.file('cut.json'), '{"SchemaVersion": 2, "Results": [');
  const trial = trialIo({ cwd: folder.path });

  const imported = runProgram(['import', 'cut.json', 'none.json', 'good.json', '--json'], trial.io, commands);

  await assert.rejects(imported, /2 files were refused: cut\.json.*none\.json/);
  const { files, refused } = JSON.parse(trial.stdout());
  assert.deepEqual(
    files.map((one: { file: string; observations: number }) => [one.file, one.observations]),
    [['good.json', 1]],
  );
  assert.deepEqual(
    refused.map((one: { file: string }) => one.file),
    ['cut.json', 'none.json'],
  );
});

test('two scans of one thing given at once: that the later closed what the earlier found is told', async () => {
  const scan = (createdAt: string, ...ids: readonly string[]): string =>
    trivyScan({ createdAt, entries: ids.map((id) => ({ id, severity: 'HIGH' })) });
  await using line = await trialLine({
    'a.json': scan('2026-05-01T00:00:00Z', 'CVE-2024-1'),
    'b.json': scan('2026-05-02T00:00:00Z', 'CVE-2024-2'),
  });

  const { stderr } = await line.run(['import', 'a.json', 'b.json']);
  const again = await line.run(['import', 'b.json']);

  assert.match(
    stderr,
    /b\.json closed 1 finding: it counts as the later scan of what a\.json is about.*--profile/,
  );
  assert.equal(again.stderr, '');
});
