import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeFolder } from '../../../test/support/cli.ts';
import { trialIo } from '../../../test/support/trial-io.ts';
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
