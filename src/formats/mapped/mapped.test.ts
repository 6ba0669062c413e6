import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import type { Observation } from '../../domain/statement.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { formatOf } from '../registry.ts';
import { scanHead } from '../scan-head.ts';
import { mappedFormat } from './index.ts';
import { FormatMapping } from './mapping.ts';

/** A CSV with these columns, whose names are those of our fields. */
function csvMapping(columns: string, more: object = {}, fields: object = {}) {
  const own = Object.fromEntries(columns.split(',').map((name) => [name, name]));
  return FormatMapping.parse({ name: 'mine', kind: 'csv', ...more, fields: { ...own, ...fields } });
}

async function readCsv(text: string | Uint8Array, more: object = {}, fields: object = {}): Promise<ReadScan> {
  const columns = 'id,severity,title';
  return await readScan(mappedFormat(csvMapping(columns, more, fields)), scanFileOf(text));
}

async function readRow(cells: Readonly<Record<string, string>>, fields: object = {}, more: object = {}) {
  const names = Object.keys(cells).join(',');
  const quoted = Object.values(cells).map((cell) => `"${cell.replaceAll('"', '""')}"`);
  const format = mappedFormat(csvMapping(names, more, fields));
  return await readScan(format, scanFileOf(`${names}\n${quoted.join(',')}\n`));
}

async function oneOf(cells: Readonly<Record<string, string>>, fields?: object, more?: object) {
  const { observations, rejected } = await readRow(cells, fields, more);
  assert.deepEqual(rejected, []);
  assert.equal(observations.length, 1);
  return observations[0]!;
}

async function assertRefused(read: Promise<unknown>, why: RegExp): Promise<void> {
  await assert.rejects(
    read,
    (error) => isGatehouseError(error) && error.code === 'input-invalid' && why.test(error.message),
    String(why),
  );
}

const HEADER = 'id,severity,title\n';
const titles = ({ observations }: ReadScan) => observations.map(({ about }) => about.title);

describe('the cells of a CSV', () => {
  const CELLS: readonly (readonly [what: string, row: string, title: string | undefined])[] = [
    ['a quote doubled', 'A,low,"says ""no"""', 'says "no"'],
    ['a delimiter and a line break in quotes', 'A,low,"a,\r\nb"', 'a,\r\nb'],
    ['a quote within a cell without quotes', 'A,low,5" pipe', '5" pipe'],
    ['a cell that begins with a quote', 'A,low,"""q"" is"', '"q" is'],
    ['text that a spreadsheet was kept from taking for a number', 'A,low,="1.10"', '1.10'],
    ['text that a spreadsheet was kept from computing', "A,low,'=1+1", '=1+1'],
    ['a formula', 'A,low,"=HYPERLINK(""x"")"', '=HYPERLINK("x")'],
    ['nothing', 'A,low,', undefined],
    ['empty cells behind the last column', 'A,low,t,,', 't'],
    ['letters beyond ASCII', 'A,low,Überlauf 🔥', 'Überlauf 🔥'],
  ];
  for (const [what, row, title] of CELLS) {
    test(`hold ${what}`, async () => {
      assert.deepEqual(titles(await readCsv(`${HEADER}${row}\n`)), [title]);
    });
  }

  test('may be in Windows-1252 and in UTF-16, and in other text they are refused', async () => {
    const latin = Buffer.from(`${HEADER}A,low,caf\u00e9\n`, 'latin1');
    const utf16 = Buffer.from(`\uFEFF${HEADER}A,low,café\n`, 'utf16le');

    assert.deepEqual(titles(await readCsv(latin, { csv: { encoding: 'windows-1252' } })), ['café']);
    assert.deepEqual(titles(await readCsv(utf16)), ['café']);
    await assertRefused(readCsv(latin), /no text in UTF-8.*csv\.encoding/);
    await assertRefused(readCsv(`${HEADER}A,low,\u0000\n`), /NUL bytes/);
  });

  test('are divided as the mapping says', async () => {
    const tabs = await readCsv('Title\n# note\nid\tseverity\ttitle\n# note\nA\tlow\t"t\n', {
      csv: { delimiter: '\t', quote: 'none', comment: '#', skipLines: 1 },
    });
    const numbered = FormatMapping.parse({
      name: 'mine',
      kind: 'csv',
      csv: { header: false },
      fields: { id: 1, severity: 3 },
    });

    assert.deepEqual(titles(tabs), ['"t']);
    assert.equal(
      (await readScan(mappedFormat(numbered), scanFileOf('A,x,high\n'))).observations[0]?.severity,
      'high',
    );
  });

  test('end in a line break, LF, CRLF or CR, unless the mapping says that the tool writes none', async () => {
    for (const end of ['\n', '\r\n', '\r'])
      assert.deepEqual(titles(await readCsv(`${HEADER}A,low,t\n`.replaceAll('\n', end))), ['t']);

    await assertRefused(readCsv(`${HEADER}A,low,t`), /line 2: no line break.*finalLineBreak/);
    assert.deepEqual(titles(await readCsv(`${HEADER}A,low,t`, { csv: { finalLineBreak: 'optional' } })), [
      't',
    ]);
  });
});

describe('what is wrong with a file', () => {
  test('is a row, told by the line it begins in, and the rest is read', async () => {
    const { observations, rejected } = await readCsv(
      `${HEADER}\nA,low,"a\r\nb"\nB,low\nC,low,t,more\nD,low,"x"y\n,low,t\nE,low,t\n`,
    );

    assert.equal(observations.length, 2);
    assert.deepEqual(rejected, [
      { at: 'line 5', reason: 'the row has 2 cells, the header 3' },
      { at: 'line 6', reason: 'the row has 4 cells, the header 3' },
      { at: 'line 7', reason: 'text stands behind the closing quote of a cell' },
      { at: 'line 8', reason: 'it has no id' },
    ]);
  });

  test('is a quote that opens in one row and takes others with it: that is told, never lost', async () => {
    const { observations, rejected } = await readCsv(`${HEADER}A,low,"t\nB,low,"u"\nC,low,v\n`);

    assert.equal(observations.length, 1);
    assert.match(rejected[0]?.at ?? '', /line 2/);
    await assertRefused(
      readCsv(`${HEADER}A,low,"t\nB,low,u\n`),
      /quoted cell of the row that begins in line 2/,
    );
  });

  test('is a row of more than 8 MB', async () => {
    await assertRefused(
      readCsv(`${HEADER}A,low,"${'x'.repeat(8_100_000)}"\n`),
      /line 2 is larger than 8000000/,
    );
  });

  const REFUSED: readonly (readonly [what: string, text: string, why: RegExp, more?: object])[] = [
    ['a column that is missing', 'id,severity\nA,low\n', /no column 'title' \(title\).*header id, severity/],
    ['every column', 'id;severity;title\n', /no column 'id'.*csv\.delimiter ','/],
    ['a column that stands twice', 'id,title,title,severity\n', /two columns 'title'/],
    ['a file without a row', '\n', /no row at all/],
    ['no entry that can be read', `${HEADER},low,t\n`, /none of its 1 entries.*line 2: it has no id/],
  ];
  for (const [what, text, why, more] of REFUSED) {
    test(`is ${what}: refused`, async () => await assertRefused(readCsv(text, more), why));
  }

  test('is no column that the mapping calls optional', async () => {
    const { observations } = await readCsv(
      'id,severity\nA,low\n',
      {},
      { title: { from: 'title', optional: true } },
    );

    assert.equal(observations[0]?.about.title, undefined);
  });

  test('is a list or a line of JSON that is not there or no JSON', async () => {
    const json = FormatMapping.parse({
      name: 'j',
      kind: 'json',
      json: { records: 'a.b[*]' },
      fields: { id: 'id' },
    });
    const lines = FormatMapping.parse({ name: 'l', kind: 'json-lines', fields: { id: 'id' } });
    const read = (mapping: FormatMapping, text: string) => readScan(mappedFormat(mapping), scanFileOf(text));

    await assertRefused(read(json, '{"a":{"b":{}}}'), /no list at a\.b\[\*\]/);
    assert.deepEqual((await read(json, '{"a":{"b":[]}}')).observations, []);
    assert.deepEqual((await read(json, '{"a":{"b":[7,{"id":"A"}]}}')).rejected, [
      { at: 'a.b[0]', reason: 'this is no object' },
    ]);
    assert.deepEqual((await read(lines, '{"id":"A"}\n{"id"\n\n{"id":"B"}')).rejected, [
      { at: 'line 2', reason: 'the line is no JSON' },
    ]);
    await assertRefused(read(lines, '{"id":"A"}\n{"id":'), /line 2: the file ends too early/);
  });
});

describe('what a field means', () => {
  test('a severity is translated, taken as it stands, or told to be unknown; the score speaks where nothing stands', async () => {
    const severity = { from: 'severity', values: { P1: 'critical' } };
    const severities = await Promise.all(
      [
        ['p1', '1'],
        ['Moderate', '9'],
        ['P7', '9'],
        ['', '7,5'],
        ['', ''],
      ].map(
        async ([written = '', score = '']) =>
          (await oneOf({ id: 'A', severity: written, score }, { severity })).severity,
      ),
    );

    assert.deepEqual(severities, ['critical', 'medium', 'unknown', 'high', 'unknown']);
    const { facts } = await readRow({ id: 'A', severity: 'P7' }, { severity });
    assert.deepEqual(facts.parts[0]?.reasons, ["the mapping knows no severity 'P7' (1): unknown"]);
  });

  const WRONG: readonly (readonly [cells: Record<string, string>, reason: RegExp])[] = [
    [{ id: 'A', score: '11' }, /score: '11' is no score from 0 to 10/],
    [{ id: 'A', firstSeenAt: '31.02.2099' }, /firstSeenAt: '31\.02\.2099' is no date \(dates: day-first\)/],
    [{ id: 'A', class: 'dast' }, /does not say what the class 'dast' means/],
    [{ id: 'A', state: 'odd' }, /does not say what the state 'odd' means/],
    [{ id: 'A', asset: 'x', assetKind: 'ship' }, /does not say what the assetKind 'ship' means/],
    [{ id: 'A', purl: 'left-pad' }, /'left-pad' is no package URL/],
  ];
  for (const [cells, reason] of WRONG) {
    test(`${JSON.stringify(cells)} is rejected`, async () => {
      const names = ['spare', ...Object.keys(cells)].join();
      const format = mappedFormat(csvMapping(Object.keys(cells).join(), { dates: 'day-first' }));
      const { rejected } = await readScan(
        format,
        scanFileOf(
          `${names}\n,${Object.values(cells).join()}\n,B${','.repeat(Object.keys(cells).length - 1)}\n`,
        ),
      );

      assert.equal(rejected.length, 1);
      assert.match(rejected[0]?.reason ?? '', reason);
    });
  }

  test('dates are read in the form that the mapping names', async () => {
    const at = async (dates: string, text: string) =>
      (await oneOf({ id: 'A', firstSeenAt: text }, {}, { dates })).life.firstSeenAt;

    assert.equal(await at('iso', '2099-03-04'), Date.UTC(2099, 2, 4));
    assert.equal(await at('iso', '2099-03-04 05:06:07'), Date.UTC(2099, 2, 4, 5, 6, 7));
    assert.equal(await at('iso', '2099-03-04T05:06+02:00'), Date.UTC(2099, 2, 4, 3, 6));
    assert.equal(await at('day-first', '4/3/2099 5:06'), Date.UTC(2099, 2, 4, 5, 6));
    assert.equal(await at('month-first', '03/04/2099'), Date.UTC(2099, 2, 4));
    assert.equal(await at('epoch-seconds', '1000'), 1_000_000);
  });

  test('a state sets aside, resolves, or leaves out; what is left out is counted', async () => {
    const values = { done: 'resolved', 'false positive': 'suppressed', passed: 'left-out' };
    const state = { from: 'state', values, default: 'open' };

    const muted = await oneOf({ id: 'A', state: 'False Positive' }, { state });
    const done = await oneOf({ id: 'A', state: 'done', resolvedAt: '2099-01-01' }, { state });
    const { observations, facts } = await readRow({ id: 'A', state: 'passed' }, { state });

    assert.deepEqual(muted.setAside, [{ kind: 'suppression', issuer: 'mine', reason: 'False Positive' }]);
    assert.deepEqual([done.life.state, done.life.resolvedAt], ['resolved', Date.UTC(2099, 0, 1)]);
    assert.deepEqual([observations.length, facts.parts[0]?.extra], [0, { leftOut: 1 }]);
  });

  test('several CVEs are defects of their own, a CVE and an alias are one', async () => {
    const id = { from: 'id', separator: ',' };
    const ids = async (cells: Record<string, string>) => (await oneOf(cells, { id })).defects;

    assert.deepEqual(await ids({ id: 'CVE-2099-1001, CVE-2099-1002' }), [
      { kind: 'vulnerability', id: 'CVE-2099-1001', aliases: [] },
      { kind: 'vulnerability', id: 'CVE-2099-1002', aliases: [] },
    ]);
    assert.deepEqual(await ids({ id: 'CVE-2099-1001', aliases: 'GHSA-2222-3333-4444' }), [
      { kind: 'vulnerability', id: 'CVE-2099-1001', aliases: ['GHSA-2222-3333-4444'] },
    ]);
  });

  test('a package is named by its URL, or by name, version and ecosystem', async () => {
    const purl = await oneOf({ id: 'A', purl: 'pkg:npm/%40a/b@1' });
    const named = await oneOf({ id: 'A', package: 'g:a', version: '2', ecosystem: 'Gradle' });

    assert.deepEqual(purl.component, { purl: 'pkg:npm/%40a/b@1', version: '1' });
    assert.deepEqual(named.component, { purl: 'pkg:maven/g/a@2', version: '2' });
  });

  test('the first of several columns that is not empty counts', async () => {
    const { defects } = await oneOf({ id: 'CVE-2099-1001', url: '' }, { id: { from: ['url', 'id'] } });

    assert.equal(defects[0]?.id, 'CVE-2099-1001');
  });

  test('an image is an asset without its tag', async () => {
    const { asset, occurrences } = await oneOf(
      { id: 'A', asset: 'registry:5000/app:1.2' },
      { assetKind: { constant: 'image' } },
    );

    assert.deepEqual(
      [asset, occurrences[0]?.imageVersion],
      [{ kind: 'image', name: 'registry:5000/app' }, '1.2'],
    );
  });

  test('a secret is kept as a hash only', async () => {
    const found = await oneOf(
      { id: 'A', snippet: 'tok_invented', path: 'a' },
      { class: { constant: 'secret' } },
    );

    assert.match(found.location?.fingerprint ?? '', /^sha256:/);
    assert.doesNotMatch(JSON.stringify(found), /tok_invented/);
  });
});

describe('identity', () => {
  const code = { class: { constant: 'code' } };
  const subjectOf = (observation: Observation): string =>
    createNormaliser().observation(observation, { asset: { kind: 'repository', name: 'r' } }).subject.key;

  test('of code is the key of the tool, whatever the line and the text', async () => {
    const before = await oneOf(
      { id: 'R', path: 'a.js', key: 'K1', line: '1', severity: 'low', snippet: 'x' },
      code,
    );
    const after = await oneOf(
      { id: 'R', path: './a.js', key: 'K1', line: '98', severity: 'high', snippet: 'y' },
      code,
    );
    const other = await oneOf(
      { id: 'R', path: 'a.js', key: 'K2', line: '1', severity: 'low', snippet: 'x' },
      code,
    );

    assert.equal(subjectOf(before), subjectOf(after));
    assert.notEqual(subjectOf(before), subjectOf(other));
  });

  test('of a rule names the tool', async () => {
    assert.deepEqual((await oneOf({ id: 'R', path: 'a.js' }, code, { tool: 'Acme' })).defects, [
      { kind: 'rule', tool: 'Acme', id: 'R' },
    ]);
  });
});

describe('what a file speaks for', () => {
  const partOf = async (fields: object, more: object = {}, cells: Record<string, string> = { id: 'A' }) =>
    (await readRow(cells, fields, more)).facts.parts[0];

  test('is the classes that its mapping can name, all where any word may come', async () => {
    assert.deepEqual((await partOf({}))?.classes, ['vulnerability']);
    assert.deepEqual((await partOf({ class: { constant: 'secret' } }))?.classes, ['secret']);
    assert.equal((await partOf({}, {}, { id: 'A', class: 'code' }))?.classes, 'all');
  });

  test('is the constant asset, also where it has no row', async () => {
    assert.deepEqual((await partOf({ asset: { constant: 'shop' } }))?.asset, {
      kind: 'repository',
      name: 'shop',
    });
  });

  test('is nothing to be closed by, where the mapping calls such files partial', async () => {
    assert.equal((await partOf({}, { partial: true }))?.complete, false);
  });

  test('is the latest moment of its rows', async () => {
    const format = mappedFormat(csvMapping('id,observedAt'));
    const { facts } = await readScan(format, scanFileOf('id,observedAt\nA,2099-01-02\nB,2099-01-01\n'));

    assert.equal(facts.parts[0]?.observedAt, Date.UTC(2099, 0, 2));
  });
});

describe('paths in JSON', () => {
  test('reach into lists and members, the record around, and the document', async () => {
    const mapping = FormatMapping.parse({
      name: 'j',
      kind: 'json',
      json: { records: '$[*]', entries: 'issues' },
      fields: { id: 'ids[*].v', title: '["a.b"]', asset: '^.repo', fixedIn: 'fixes[1]', severity: 'gone' },
    });
    const text = JSON.stringify([
      { repo: 'shop', issues: [{ ids: [{ v: 'CVE-2099-1001' }, {}], 'a.b': 7, fixes: ['1', '2'] }] },
      { repo: 'cart', issues: null },
    ]);

    const { observations, facts } = await readScan(mappedFormat(mapping), scanFileOf(text));

    assert.equal(observations.length, 1);
    assert.equal(observations[0]?.about.title, '7');
    assert.equal(observations[0]?.asset?.name, 'shop');
    assert.deepEqual(observations[0]?.fix?.versions, ['2']);
    assert.deepEqual(facts.parts[0]?.reasons, ['no entry has gone (severity)']);
  });
});

describe('a mapping', () => {
  const WRONG: readonly (readonly [written: object, at: readonly string[]])[] = [
    [{ kind: 'json', fields: { id: 'id' } }, ['json']],
    [{ kind: 'json', json: { records: 'a' }, fields: { id: 'id' } }, ['json.records']],
    [
      { kind: 'json', json: { records: 'a[*]' }, fields: { id: 'a..b', title: 3 } },
      ['fields.id.from', 'fields.title.from'],
    ],
    [{ kind: 'json-lines', fields: { id: '$.a', title: '^.b' } }, ['fields.id.from', 'fields.title.from']],
    [
      { kind: 'csv', csv: { header: false }, detect: ['a'], fields: { id: 'a' } },
      ['detect', 'fields.id.from'],
    ],
    [{ kind: 'csv', csv: { quote: ',' }, fields: { id: 'a' } }, ['csv.quote']],
    [{ kind: 'csv', fields: {} }, ['fields.id']],
    [
      {
        kind: 'xls',
        fields: { id: {}, severity: { from: 'a', values: { x: 'bad' } }, state: { constant: 'y' } },
      },
      ['fields.id', 'fields.severity.values.x', 'fields.state.constant', 'kind'],
    ],
  ];
  for (const [written, at] of WRONG) {
    test(`with mistakes has all of them told by path: ${at.join(', ')}`, () => {
      const { error } = FormatMapping.safeParse({ name: 'mine', ...written });

      assert.deepEqual(error?.issues.map(({ path }) => path.join('.')).sort(), [...at]);
    });
  }

  test('detects its files only by the columns or members that it names', () => {
    const head = (text: string) => scanHead('scan', Buffer.from(text));
    const silent = mappedFormat(csvMapping('id'));
    const telling = mappedFormat(csvMapping('id', { detect: ['id', 'Rating'] }));

    assert.equal(silent.detect(head('id\n1\n')), false);
    assert.equal(formatOf(head('"id","Rating"\n1,2\n'), undefined, [silent, telling]).kind, 'mine');
    assert.throws(() => formatOf(head('id,x\n1,2\n'), undefined, [telling]), /no known format.*mine/);
    assert.equal(formatOf(head('x'), 'mine', [silent]), silent);
  });
});
