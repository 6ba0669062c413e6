import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { trialLine } from '../../test/support/trial-line.ts';

const fixture = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Each with what it is told to be. */
const KNOWN: Readonly<Record<string, readonly [text: string, told: RegExp]>> = {
  'epss.csv': [
    fixture('feeds/epss/fixtures/daily.csv'),
    /a list of EPSS scores and no scan: `gatehouse import FILE`/,
  ],
  'kev.json': [
    fixture('feeds/kev/fixtures/catalogue.json'),
    /known exploited.*and no scan: `gatehouse import/,
  ],
  'osv.jsonl': [fixture('feeds/osv/fixtures/records.jsonl'), /OSV records and no scan: `gatehouse import/],
  'table.json': [
    fixture('feeds/ssvc/fixtures/table.json'),
    /an SSVC decision table and no scan: `gatehouse import/,
  ],
  'vex.json': [
    '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"a","author":"a","version":1,"statements":[]}',
    /an OpenVEX document and no scan/,
  ],
  'csaf.json': ['{"document":{"category":"csaf_vex","csaf_version":"2.0"}}', /a CSAF document and no scan/],
};

const NOT_READ: Readonly<Record<string, readonly [text: string, told: RegExp]>> = {
  'kev.csv': ['cveID,vendorProject,product\nCVE-2024-0001,a,b\n', /KEV catalogue as CSV; import its JSON/],
  'api.json': [
    '{"status":"OK","access":"public, private","total":1,"data":[{"cve":"CVE-2024-0001","epss":"0.1"}]}',
    /answer of the EPSS API/,
  ],
  'signed.json': [
    '{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}',
    /a signed envelope/,
  ],
  'statement.json': ['{"_type":"https://in-toto.io/Statement/v1","predicate":{}}', /an in-toto statement/],
  'cve.json': ['{"dataType":"CVE_RECORD","cveMetadata":{}}', /a CVE record/],
  'hub.json': ['{"Findings":[{"SchemaVersion":"2018-10-08","Id":"a"}]}', /AWS Security Hub/],
  'page.json': ['\n<!DOCTYPE html><html></html>', /a web page and no scan/],
};

const files = Object.fromEntries(
  Object.entries({ ...KNOWN, ...NOT_READ }).map(([name, [text]]) => [name, text]),
);

describe('a file that is no scan, and known', () => {
  test('is told to be what it is, also where somebody says that it is a scan', async () => {
    await using trial = await trialLine(files);

    for (const [name, [, told]] of Object.entries({ ...KNOWN, ...NOT_READ })) {
      const { exitCode, message } = await trial.run(['gate', '--scan', name]);
      assert.equal(exitCode, undefined, name);
      assert.match(message, told, name);
      assert.ok(message.startsWith(`${name}: this is `), message);
      assert.match((await trial.run(['import', name, '--format', 'trivy'])).message, told, name);
    }
    for (const [name, [, told]] of Object.entries(NOT_READ))
      assert.match((await trial.run(['import', name])).message, told, name);
  });

  test('is taken in by an import that says nothing else', async () => {
    await using trial = await trialLine(files);

    for (const name of ['epss.csv', 'kev.json', 'osv.jsonl', 'table.json', 'vex.json'])
      assert.equal((await trial.run(['import', name])).exitCode, 0, name);
  });
});

describe('an empty list', () => {
  test('is refused with how to say what it is', async () => {
    await using trial = await trialLine({ 'a.json': '[]\n' });

    for (const line of [
      ['import', 'a.json'],
      ['gate', '--scan', 'a.json'],
    ])
      assert.match(
        (await trial.run(line)).message,
        /^a\.json: an empty list.*nothing.*--format.*--scan-format/,
      );
  });

  test('is told by what the file, else its folder, is called, where that is one format', async () => {
    await using trial = await trialLine({});
    const formatOf = async (path: string, text = '[]'): Promise<string | undefined> => {
      await mkdir(dirname(join(trial.path, path)), { recursive: true });
      await trial.write(path, text);
      const { exitCode, stdout } = await trial.run(['import', path, '--asset', 'shop', '--json']);
      return exitCode === 0 ? JSON.parse(stdout).files[0].format : undefined;
    };

    assert.equal(await formatOf('gitleaks-report.json'), 'gitleaks');
    assert.equal(await formatOf('ci.Pip_Audit.json'), 'pip-audit');
    assert.equal(await formatOf('reports/safety/out.json'), 'safety');
    assert.equal(await formatOf('gitleaks.json', 'null'), 'gitleaks');
    assert.equal(await formatOf('safety/trivy.json'), 'trivy');
    assert.equal(await formatOf('gitleaks-and-trivy.json'), undefined);
    assert.equal(await formatOf('safety/gitleaks-and-trivy.json'), undefined);
    assert.equal(await formatOf('nogitleaks.json'), undefined);
    assert.equal(await formatOf('safety/deeper/out.json'), undefined);
  });

  test('is a scan that found nothing, of a format that writes it', async () => {
    for (const format of ['aws-inspector', 'gitleaks', 'grype', 'pip-audit', 'safety', 'trivy']) {
      await using trial = await trialLine({ 'a.json': '[]\n' });

      const { exitCode, stdout } = await trial.run([
        'import',
        'a.json',
        '--format',
        format,
        '--asset',
        'shop',
      ]);
      const gate = await trial.run(['gate', '-m', '--scan', 'a.json', '--scan-format', format]);

      assert.equal(exitCode, 0, format);
      assert.match(stdout, /0 observations/);
      assert.equal(gate.stdout, 'GO\n');
    }
  });
});
