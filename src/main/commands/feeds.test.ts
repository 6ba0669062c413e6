import assert from 'node:assert/strict';
import type http from 'node:http';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { aServer } from '../../../test/support/local-server.ts';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';

const SCAN = trivyScan({
  entries: [
    { id: 'CVE-2099-10001', severity: 'LOW' },
    { id: 'GHSA-aaaa-bbbb-cccc', severity: 'LOW', name: 'right-pad' },
    { id: 'CVE-2099-10003', severity: 'LOW', name: 'right-pad' },
  ],
});

const EPSS =
  '#model_version:v1,score_date:2026-05-01T00:00:00Z\ncve,epss,percentile\nCVE-2099-10001,0.9,0.99\n';
const KEV = JSON.stringify({
  catalogVersion: '2026.05.01',
  dateReleased: '2026-05-01T00:00:00.000Z',
  count: 1,
  vulnerabilities: [
    { cveID: 'CVE-2099-10003', dateAdded: '2026-04-01', knownRansomwareCampaignUse: 'Known' },
  ],
});
const OSV = `${JSON.stringify({
  id: 'GHSA-aaaa-bbbb-cccc',
  modified: '2026-04-01T00:00:00Z',
  aliases: ['CVE-2099-10003'],
  affected: [],
})}\n`;

interface Publisher {
  readonly url: string;
  /** What was asked, in order: `GET /kev.json 200`. */
  readonly log: string[];
  content: Record<string, Buffer>;
}

/** Serves files as the publishers do: packed where they pack, with an ETag of the content. */
async function aPublisher(t: TestContext): Promise<Publisher> {
  const publisher: Publisher = {
    url: '',
    log: [],
    content: {
      '/epss_scores-current.csv.gz': gzipSync(EPSS),
      '/kev.json': Buffer.from(KEV),
      '/osv/all.jsonl': Buffer.from(OSV),
    },
  };
  const serve: http.RequestListener = (request, response) => {
    const body = publisher.content[request.url ?? ''];
    const etag = body === undefined ? undefined : `"${body.length}"`;
    const status = body === undefined ? 404 : request.headers['if-none-match'] === etag ? 304 : 200;
    publisher.log.push(`${request.method} ${request.url} ${status}`);
    response.writeHead(status, etag === undefined ? {} : { etag });
    response.end(status === 200 ? body : undefined);
  };
  return Object.assign(publisher, { url: await aServer(t, serve) });
}

async function aLine({ url }: Publisher): Promise<TrialLine> {
  const feed = (name: string, kind: string, path: string): string =>
    `  - { name: ${name}, kind: ${kind}, url: '${url}${path}', allowPrivate: true }\n`;
  const line = await trialLine({
    'scan.json': SCAN,
    'gatehouse.yaml': `sources:\n${feed('first', 'epss', '/epss_scores-current.csv.gz')}${feed('cisa', 'kev', '/kev.json')}${feed('osv', 'osv', '/osv/all.jsonl')}`,
    'epss.yaml': 'rules: { severity: off, unknown-severity: off, epss: { action: block, atLeast: 0.5 } }\n',
    'kev.yaml': 'rules: { severity: off, unknown-severity: off, kev: block, ransomware: block }\n',
  });
  await line.run(['import', 'scan.json']);
  return line;
}

test('what publishers say is collected, and judged by, for every name of a vulnerability', async (t) => {
  const publisher = await aPublisher(t);
  await using line = await aLine(publisher);

  const unread = await line.run(['gate', '--policy', 'kev.yaml', '-m']);

  const { exitCode, stdout, message } = await line.run(['collect']);

  assert.equal(unread.stdout, 'UNDECIDED\n');
  assert.equal(exitCode, 0, message);
  assert.match(stdout, /first: epss read: facts about 1 names, of 2026-05-01/);
  assert.match(stdout, /cisa: kev read: facts about 1 names/);
  assert.match(stdout, /osv: osv read: 1 advisories/);
  const blocked = async (policy: string): Promise<unknown> => {
    const gate = await line.run(['gate', '--policy', policy, '-f', 'json']);
    const { reasons } = JSON.parse(gate.stdout);
    return reasons.flatMap(({ rule, effect, findings }: Record<string, unknown>) =>
      effect === 'block' ? [[rule, Object(findings)[0].vulnerability, Object(findings).length]] : [],
    );
  };
  assert.deepEqual(await blocked('epss.yaml'), [['epss', 'CVE-2099-10001', 1]]);
  // Two entries of one scan, and by the advisory one vulnerability in one component: one finding.
  assert.deepEqual(await blocked('kev.yaml'), [
    ['kev', 'CVE-2099-10003', 1],
    ['ransomware', 'CVE-2099-10003', 1],
  ]);
});

test('what did not change is not fetched again, and what changed is', async (t) => {
  const publisher = await aPublisher(t);
  await using line = await aLine(publisher);
  await line.run(['collect']);
  publisher.log.length = 0;

  const unchanged = await line.run(['collect', 'cisa', 'first', '--json']);
  publisher.content['/kev.json'] = Buffer.from(KEV.replace('"Known"', '"Unknown"'));
  const changed = await line.run(['collect', 'cisa']);

  assert.deepEqual(
    JSON.parse(unchanged.stdout).feeds.map(({ state }: { state: string }) => state),
    ['unchanged', 'unchanged'],
  );
  assert.match(changed.stdout, /cisa: kev read/);
  assert.deepEqual(publisher.log, [
    'GET /epss_scores-current.csv.gz 304',
    'GET /kev.json 304',
    'GET /kev.json 200',
  ]);
});

test('what is kept elsewhere, or is of another kind, is not taken for unchanged by what it is called there', async (t) => {
  const publisher = await aPublisher(t);
  await using line = await aLine(publisher);
  await line.run(['collect', 'cisa']);
  publisher.content['/mirror.json'] = Buffer.from(KEV.replaceAll('CVE-2099-10003', 'CVE-2099-10001'));
  const configure = (kind: string): Promise<void> =>
    line.write(
      'gatehouse.yaml',
      `sources:\n  - { name: cisa, kind: ${kind}, url: '${publisher.url}/mirror.json', allowPrivate: true }\n`,
    );

  await configure('osv');
  const otherKind = await line.run(['collect']);
  await configure('kev');
  const elsewhere = await line.run(['collect']);
  const again = await line.run(['collect']);

  assert.match(otherKind.stdout, /cisa: osv failed: /);
  assert.match(elsewhere.stdout, /cisa: kev read: facts about 1 names, 1 taken back/);
  assert.match(again.stdout, /cisa: kev unchanged/);
});

test('a publisher that cannot be read is an error by its name, the others are read, and what is known stays', async (t) => {
  const publisher = await aPublisher(t);
  await using line = await aLine(publisher);
  await line.run(['collect']);

  delete publisher.content['/epss_scores-current.csv.gz'];
  publisher.content['/kev.json'] = Buffer.from('<html>log in</html>');
  const { exitCode, stdout } = await line.run(['collect']);

  assert.equal(exitCode, 2);
  assert.match(stdout, /first: epss failed: .*404/);
  assert.match(stdout, /cisa: kev failed: /);
  assert.match(stdout, /osv: osv unchanged/);
  const gate = await line.run(['gate', '--policy', 'kev.yaml', '-m']);
  assert.equal(gate.stdout, 'NO-GO\n');
});

test('files of publishers are imported beside scans, and no source of evidence', async (t) => {
  const publisher = await aPublisher(t);
  await using line = await aLine(publisher);
  await line.write('kev.json', KEV);
  await line.write('epss.csv', EPSS);

  const { exitCode, stdout, message } = await line.run([
    'import',
    'kev.json',
    'epss.csv',
    'scan.json',
    '--json',
  ]);

  assert.equal(exitCode, 0, message);
  const { files, feeds } = JSON.parse(stdout);
  assert.deepEqual(
    [files.length, feeds.map(({ feed, facts }: Record<string, unknown>) => [feed, facts])],
    [
      1,
      [
        ['kev', 1],
        ['epss', 1],
      ],
    ],
  );
  const gate = await line.run(['gate', '-f', 'json']);
  assert.deepEqual(
    JSON.parse(gate.stdout).evidence.map(({ source }: { source: string }) => source),
    ['scan:trivy/Trivy'],
  );
});

test('a file of a publisher that is cut off is refused by its name', async () => {
  await using line = await trialLine({ 'kev.json': KEV.slice(0, -3) });

  const { exitCode, message } = await line.run(['import', 'kev.json']);

  assert.equal(exitCode, undefined);
  assert.match(message, /^kev\.json: .*ends too early/);
});

test('a feed of a file is read again once the file changed', async () => {
  await using line = await trialLine({
    'gatehouse.yaml': 'sources: [{ name: cisa, kind: kev, file: kev.json }]\n',
    'kev.json': KEV,
  });
  const states: string[] = [];
  for (const text of [KEV, KEV, KEV.replace('"Known"', '"Unknown"')]) {
    await line.write('kev.json', text);
    const { stdout } = await line.run(['collect', '--json']);
    states.push(JSON.parse(stdout).feeds[0].state);
  }

  assert.deepEqual(states, ['read', 'unchanged', 'read']);
});

test('a feed says where it is, once', async () => {
  await using line = await trialLine({
    'gatehouse.yaml': 'sources: [{ name: cisa, kind: kev }, { name: x, kind: kevv, file: a }]\n',
  });

  const { message } = await line.run(['collect']);

  assert.match(message, /sources\.0 \(line 1\): give exactly one of url and file/);
  assert.match(message, /there is no 'kevv'; there are dynatrace, epss, kev, osv, ssvc/);
});
