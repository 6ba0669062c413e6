import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trialLine } from '../../test/support/trial-line.ts';

const FORMATS = `
formats:
  - name: acme
    kind: csv
    detect: [Ref, Rating]
    fields: { id: Ref, severity: Rating, package: Package, asset: { constant: shop } }
`;
const SCAN = 'Ref,Rating,Package\nCVE-2099-10001,high,left-pad\n,low,x\nCVE-2099-10002,low,right-pad\n';

const FILES = { 'gatehouse.yaml': FORMATS, 'scan.csv': SCAN };

describe('a format of the configuration', () => {
  test('is known by its header, or named; its bad rows are told with their line', async () => {
    for (const more of [[], ['--format', 'acme']]) {
      await using trial = await trialLine(FILES);

      const { exitCode, stdout } = await trial.run(['import', 'scan.csv', ...more]);

      assert.equal(exitCode, 0);
      assert.match(stdout, /^scan\.csv: acme, 2 observations, 2 findings: 2 created/);
      assert.match(stdout, /rejected line 3: it has no id/);
    }
  });

  test('closes what a later file no longer has, and what is the same stays', async () => {
    await using trial = await trialLine({
      ...FILES,
      'first.csv': SCAN.replace(/^,.*\n/m, ''),
      'next.csv': 'Ref,Rating,Package\nCVE-2099-10001,critical,left-pad\n',
    });

    await trial.run(['import', 'first.csv', '--observed-at', '2026-01-01']);
    const { stdout } = await trial.run(['import', 'next.csv', '--observed-at', '2026-01-02']);

    assert.match(stdout, /0 created, 1 updated, 0 unchanged, 0 reopened, 1 closed/);
  });

  test('judges a scan alone, of whatever else the configuration is wrong', async () => {
    const good = SCAN.replace(/^,.*\n/m, '');
    await using trial = await trialLine({
      'gatehouse.yaml': `${FORMATS}sources: 7\n`,
      'other.yaml': FORMATS.replace('acme', 'other'),
      'scan.csv': good,
    });

    for (const more of [
      [],
      ['--scan-format', 'acme'],
      ['--config', 'other.yaml', '--scan-format', 'other'],
    ]) {
      const { exitCode, stdout, message } = await trial.run(['gate', '-m', '--scan', 'scan.csv', ...more]);

      assert.deepEqual([exitCode, stdout], [1, 'NO-GO\n'], message);
    }
  });

  test('of a name that is none, or one with mistakes, is told before anything is read', async () => {
    await using trial = await trialLine({
      'gatehouse.yaml': FORMATS.replace('id: Ref', 'ids: Ref, score: { from: a, default: [] }'),
      'other.yaml': FORMATS,
      'scan.csv': SCAN,
    });

    const gate = ['gate', '--scan', 'scan.csv'];
    assert.match(
      (await trial.run(gate)).message,
      /formats\.0\.fields\.id \(line \d+\): .*formats\.0\.fields\.ids/s,
    );
    assert.match((await trial.run(['import', 'scan.csv'])).message, /fields\.score\.default/);
    const acne = await trial.run([...gate, '--config', 'other.yaml', '--scan-format', 'acne']);
    assert.match(acne.message, /^--scan-format: 'acne' is none of acme, .*; did you mean acme\?$/);
    assert.match((await trial.run([...gate, '--config', 'none.yaml'])).message, /none\.yaml/);
  });

  test('has a name of its own', async () => {
    await using trial = await trialLine({
      'gatehouse.yaml': FORMATS.replace('acme', 'trivy') + FORMATS.replace('formats:\n', ''),
    });

    const { stdout, message } = await trial.run(['config', 'check']);

    assert.match(stdout + message, /there is a format 'trivy' already/);
  });
});
