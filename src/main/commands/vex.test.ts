import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';

/** One critical finding of left-pad 1.0.0 in registry.example.org/app:1.0. */
const SCAN = trivyScan({ entries: [{ id: 'CVE-2099-10001', severity: 'CRITICAL' }] });

interface Said {
  readonly purl?: string;
  readonly part?: string;
  readonly status?: string;
  readonly timestamp?: string;
  readonly author?: string;
}

function openvex({
  purl,
  part,
  status = 'not_affected',
  timestamp = '2026-05-01T00:00:00Z',
  author = 'Vendor',
}: Said) {
  const product = { '@id': purl, ...(part === undefined ? {} : { subcomponents: [{ '@id': part }] }) };
  return JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.org/vex/1',
    author,
    timestamp,
    version: 1,
    statements: [{ vulnerability: { name: 'CVE-2099-10001' }, products: [product], status }],
  });
}

async function gateAfter(line: TrialLine, said: Said, ...args: readonly string[]): Promise<string> {
  await line.write('vex.json', openvex(said));
  const { exitCode, message } = await line.run(['import', 'vex.json']);
  assert.equal(exitCode, 0, message);
  return (await line.run(['gate', '-m', ...args])).stdout.trim();
}

async function withScan(): Promise<TrialLine> {
  const line = await trialLine({
    'scan.json': SCAN,
    'ours.yaml': 'honour: [waiver, { kind: vex, issuers: [security] }]\n',
  });
  await line.run(['import', 'scan.json']);
  return line;
}

for (const [what, said, verdict] of [
  ['the installed version of the package', { purl: 'pkg:npm/left-pad@1.0.0' }, 'GO'],
  ['another version of it', { purl: 'pkg:npm/left-pad@1.0.1' }, 'NO-GO'],
  ['another package', { purl: 'pkg:npm/right-pad' }, 'NO-GO'],
  [
    'the package in this image',
    { purl: 'pkg:oci/app?repository_url=registry.example.org/app', part: 'pkg:npm/left-pad' },
    'GO',
  ],
  [
    'the package in this tag of the image',
    { purl: 'pkg:oci/app@1.0?repository_url=registry.example.org/app', part: 'pkg:npm/left-pad' },
    'GO',
  ],
  [
    'the package in another tag',
    { purl: 'pkg:oci/app@2.0?repository_url=registry.example.org/app', part: 'pkg:npm/left-pad' },
    'NO-GO',
  ],
  ['the package in another image', { purl: 'pkg:oci/shop', part: 'pkg:npm/left-pad' }, 'NO-GO'],
  ['the package, as affected', { purl: 'pkg:npm/left-pad@1.0.0', status: 'affected' }, 'NO-GO'],
] as const) {
  test(`VEX that speaks of ${what} makes it ${verdict}`, async () => {
    await using line = await withScan();

    assert.equal(await gateAfter(line, said), verdict);
  });
}

test('a newer word of the same author takes an older one back, and an older one that arrives late does not', async () => {
  await using line = await withScan();
  const purl = 'pkg:npm/left-pad@1.0.0';

  const verdicts = [
    await gateAfter(line, { purl }),
    await gateAfter(line, { purl, status: 'affected', timestamp: '2026-05-03T00:00:00Z' }),
    await gateAfter(line, { purl, timestamp: '2026-05-02T00:00:00Z' }),
  ];

  assert.deepEqual(verdicts, ['GO', 'NO-GO', 'NO-GO']);
});

test('a document that is dated ahead says nothing yet, and does not outlast the revision after it', async () => {
  await using line = await withScan();
  const purl = 'pkg:npm/left-pad@1.0.0';

  const ahead = await gateAfter(line, { purl, timestamp: '2099-01-01T00:00:00Z' });
  const told = (await line.run(['import', 'vex.json'])).stdout;
  await line.write('vex.json', openvex({ purl, timestamp: '2026-06-02T06:00:00Z' }));
  const at = new Date('2026-06-02T12:00:00Z');
  await line.run(['import', 'vex.json'], { at });
  const after = await line.run(['gate', '-m'], { at });

  assert.equal(ahead, 'NO-GO');
  assert.match(told, /dated 2099-01-01T00:00:00.000Z, which is still to come/);
  assert.equal(after.stdout, 'GO\n');
});

test('a revision that is read while the clock is set back revises the one before it', async () => {
  await using line = await withScan();
  const purl = 'pkg:npm/left-pad@1.0.0';
  await gateAfter(line, { purl, timestamp: '2026-05-01T00:00:00Z' });
  await line.write('vex.json', openvex({ purl, status: 'affected', timestamp: '2026-05-30T00:00:00Z' }));

  const { stdout } = await line.run(['import', 'vex.json'], { at: new Date('2025-01-01T00:00:00Z') });

  assert.doesNotMatch(stdout, /changes nothing/);
  assert.equal((await line.run(['gate', '-m'])).stdout, 'NO-GO\n');
});

test('a policy names whose word it honours, and the report lists the others all the same', async () => {
  await using line = await withScan();

  assert.equal(await gateAfter(line, { purl: 'pkg:npm/left-pad' }, '--policy', 'ours.yaml'), 'NO-GO');
  const { stdout } = await line.run(['gate', '--policy', 'ours.yaml', '-f', 'json']);
  const [entry] = JSON.parse(stdout).setAside;
  assert.deepEqual([entry.kind, entry.issuer, entry.honoured], ['vex', 'Vendor', false]);
  assert.equal(
    await gateAfter(line, { purl: 'pkg:npm/left-pad', author: 'security' }, '--policy', 'ours.yaml'),
    'GO',
  );
});

test('an import counts what the document states, makes no finding of it, and says when it changes nothing', async () => {
  await using line = await withScan();
  const counted = async (said: Said): Promise<unknown> => {
    await line.write('vex.json', openvex(said));
    const [file] = JSON.parse((await line.run(['import', 'vex.json', '--json'])).stdout).files;
    return [
      file.format,
      file.observations,
      file.findings,
      file.changes.created,
      file.changes.updated,
      file.changes.unchanged,
    ];
  };
  const said = { purl: 'pkg:npm/left-pad' };

  assert.deepEqual(await counted(said), ['openvex', 1, 0, 1, 0, 0]);
  assert.deepEqual(await counted(said), ['openvex', 1, 0, 0, 0, 1]);
  assert.deepEqual(await counted({ ...said, timestamp: '2026-05-02T00:00:00Z' }), ['openvex', 1, 0, 0, 1, 0]);
  assert.deepEqual(await counted({ ...said, timestamp: '2026-04-02T00:00:00Z' }), ['openvex', 1, 0, 0, 0, 1]);
});

test('a document may be named by its dialect, and is refused where it is none of it', async () => {
  await using line = await withScan();
  await line.write('vex.json', openvex({ purl: 'pkg:npm/left-pad' }));

  const { stdout } = await line.run(['import', 'vex.json', '--format', 'openvex', '--json']);
  const { message } = await line.run(['import', 'vex.json', '--format', 'csaf']);

  assert.equal(JSON.parse(stdout).files[0].format, 'openvex');
  assert.match(message, /^vex\.json: this is no CSAF document/);
});

test('a document that is cut off or none is refused', async () => {
  await using line = await withScan();
  const whole = openvex({ purl: 'pkg:npm/left-pad' });
  for (const text of [whole.slice(0, -5), whole.replace('"statements"', '"said"')]) {
    await line.write('vex.json', text);
    const { message } = await line.run(['import', 'vex.json']);
    assert.match(message, /^vex\.json: /);
  }
  assert.equal((await line.run(['gate', '-m'])).stdout, 'NO-GO\n');
});

const TWO = trivyScan({
  entries: [
    { id: 'CVE-2099-10001', severity: 'CRITICAL' },
    { id: 'CVE-2099-10002', severity: 'CRITICAL', name: 'right-pad', version: '2.0.0' },
    { id: 'CVE-2099-10003', severity: 'LOW' },
  ],
});

/** One finding is judged, one is waived, of one nobody said anything. */
async function withJudgements(): Promise<TrialLine> {
  const line = await trialLine({
    'scan.json': TWO,
    'waivers.yaml':
      '- { id: W, vulnerability: CVE-2099-10002, by: bob, reason: no path, until: 2026-07-01 }\n',
  });
  await line.run(['import', 'scan.json']);
  const triage = [
    '--state',
    'not-affected',
    '--justification',
    'vulnerable-code-not-present',
    '--comment',
    'removed',
  ];
  await line.run(['triage', 'set', 'CVE-2099-10001', ...triage, '--by', 'ann']);
  return line;
}

test('what we say is written as OpenVEX, which another store honours as we do', async () => {
  await using line = await withJudgements();
  await using elsewhere = await trialLine({ 'scan.json': TWO });
  await elsewhere.run(['import', 'scan.json']);

  const { stdout, message } = await line.run([
    'vex',
    'export',
    '--author',
    'Shop Ltd',
    '--waivers',
    'waivers.yaml',
  ]);

  assert.equal(message, '');
  const { author, statements, ...document } = JSON.parse(stdout);
  assert.match(document['@id'], /^urn:gatehouse:vex:[0-9a-f]{64}$/);
  assert.deepEqual(
    statements.map(
      ({
        vulnerability,
        status,
        justification,
        impact_statement,
        action_statement,
      }: Record<string, unknown>) => [
        Object(vulnerability).name,
        status,
        justification ?? impact_statement ?? action_statement,
      ],
    ),
    [
      ['CVE-2099-10001', 'not_affected', 'vulnerable_code_not_present'],
      ['CVE-2099-10002', 'affected', 'accepted by bob until 2026-07-01 00:00 UTC: no path'],
    ],
  );
  assert.deepEqual(statements[0].products[0].subcomponents[0]['@id'], 'pkg:npm/left-pad@1.0.0');
  assert.equal(author, 'Shop Ltd');
  await elsewhere.write('vex.json', stdout);
  await elsewhere.run(['import', 'vex.json']);
  const { reasons, setAside } = JSON.parse((await elsewhere.run(['gate', '-f', 'json'])).stdout);
  assert.deepEqual(
    [
      setAside.map((one: Record<string, unknown>) => [
        Object(one.finding).vulnerability,
        one.issuer,
        one.honoured,
      ]),
      reasons[0].findings.length,
    ],
    [[['CVE-2099-10001', 'Shop Ltd', true]], 1],
    'a waiver is our acceptance, and nobody else’s',
  );
});

test('the same as CycloneDX, where every reference leads to a component', async () => {
  await using line = await withJudgements();
  const args = ['vex', 'export', '-f', 'cyclonedx', '--author', 'Shop Ltd', '--waivers', 'waivers.yaml'];

  const { exitCode } = await line.run([...args, '--output', 'bom.json']);
  const again = await line.run(args);

  assert.equal(exitCode, 0);
  const text = readFileSync(join(line.path, 'bom.json'), 'utf8');
  assert.equal(again.stdout, text, 'the same content is the same document');
  const { serialNumber, components, vulnerabilities } = JSON.parse(text);
  assert.match(serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  const refs = components.flatMap((one: Record<string, unknown>) => [
    one['bom-ref'],
    ...Object(one.components).map((part: Record<string, unknown>) => part['bom-ref']),
  ]);
  assert.deepEqual(
    vulnerabilities.map(({ id, analysis }: Record<string, unknown>) => [
      id,
      Object(analysis).state,
      Object(analysis).justification,
    ]),
    [
      ['CVE-2099-10001', 'not_affected', 'code_not_present'],
      ['CVE-2099-10002', 'exploitable', undefined],
    ],
  );
  for (const { affects } of vulnerabilities)
    for (const { ref } of affects) assert.ok(refs.includes(ref), ref);
});

test('an export is narrowed as lists are, and says what it cannot write', async () => {
  await using line = await withJudgements();

  const { stdout } = await line.run(['vex', 'export', '--author', 'x', '--vulnerability', 'CVE-2099-10009']);

  assert.deepEqual(JSON.parse(stdout).statements, []);
  assert.match(
    (await line.run(['vex', 'export', '-f', 'csv', '--author', 'x'])).message,
    /--format: 'csv' is none of openvex, cyclonedx/,
  );
});
