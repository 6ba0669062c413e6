/** What every format promises; what is special to one is tested in its folder. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ReadScan, readScan, scanFileOf } from '../../test/support/scan-files.ts';
import { TRIED_FORMATS, type TriedFormat } from '../../test/support/tried-formats.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { noSeverities, type Severity } from '../domain/severity.ts';
import type { Format } from './format.ts';
import { outlineOf } from './head-outline.ts';
import { formatOf } from './registry.ts';
import { SCAN_HEAD_BYTES, scanHead } from './scan-head.ts';

interface Expected {
  readonly observations: number;
  readonly rejected: number;
  readonly severities: Partial<Record<Severity, number>>;
}

interface Fixture {
  readonly name: string;
  readonly bytes: Buffer;
  readonly expected: Expected;
}

function folderOf(format: Format): URL {
  return new URL(`./${format.kind}/`, import.meta.url);
}

function fixturesOf({ format, fixtures: folder }: TriedFormat): readonly Fixture[] {
  const expected: Record<string, Expected> = JSON.parse(
    readFileSync(new URL('expected.json', folder), 'utf8'),
  );
  return readdirSync(folder)
    .filter((name) => name !== 'expected.json')
    .map((name) => {
      const counts = expected[name];
      assert.ok(counts, `${format.kind}/fixtures/expected.json says nothing of ${name}`);
      return { name, bytes: readFileSync(new URL(name, folder)), expected: counts };
    });
}

function headOf(name: string, bytes: Uint8Array) {
  return scanHead(name, bytes.subarray(0, SCAN_HEAD_BYTES));
}

function severitiesOf(scan: ReadScan): Record<Severity, number> {
  const counts = noSeverities();
  for (const { severity } of scan.observations) counts[severity]++;
  return counts;
}

/** The same document with a hostile member first in every object. */
function poisoned(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(poisoned).join()}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${poisoned(member)}`,
  );
  return `{${['"__proto__":{"polluted":true,"toString":1}', '"constructor":{"prototype":1}', ...members].join()}}`;
}

/** Exchanges one member, somewhere in the document, for something else. */
function replaceMember(document: unknown, at: number, value: unknown): void {
  const owners: Record<string, unknown>[] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    owners.push(Object.assign(node));
    Object.values(node).forEach(collect);
  };
  collect(document);
  const owner = owners[at % Math.max(owners.length, 1)];
  const names = Object.keys(owner ?? {});
  const name = names[Math.floor(at / Math.max(owners.length, 1)) % Math.max(names.length, 1)];
  if (owner !== undefined && name !== undefined) owner[name] = value;
}

/** JSON, or lines of it: what can be taken apart and put together again here. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

for (const tried of TRIED_FORMATS) {
  const { format } = tried;
  describe(`the format ${format.kind}`, () => {
    const fixtures = fixturesOf(tried);

    // One that a configuration describes has neither.
    if (!tried.isMapped) {
      test('lives in the folder of its name, with its own test', () => {
        assert.ok(existsSync(new URL('index.ts', folderOf(format))));
        assert.ok(existsSync(new URL(`${format.kind}.test.ts`, folderOf(format))));
      });

      test('reads the example of its README', async () => {
        const readme = readFileSync(new URL('README.md', folderOf(format)), 'utf8');
        const example = /```(?:json|xml)\n([\s\S]*?)```/.exec(readme)?.[1];
        assert.ok(example, 'the README shows no example');

        const head = headOf('example', Buffer.from(example));
        const scan = await readScan(formatOf(head), scanFileOf(example));

        assert.equal(formatOf(head).kind, format.kind);
        assert.ok(scan.observations.length > 0);
      });
    }

    test('counts its fixtures exactly', async () => {
      for (const { name, bytes, expected } of fixtures) {
        const scan = await readScan(format, scanFileOf(bytes));

        assert.equal(scan.observations.length, expected.observations, name);
        assert.equal(scan.rejected.length, expected.rejected, name);
        assert.deepEqual(severitiesOf(scan), { ...noSeverities(), ...expected.severities }, name);
      }
    });

    test('rejects a broken entry, says where it is and why, and reads the rest', async () => {
      const broken = fixtures.filter(({ expected }) => expected.rejected > 0);
      assert.ok(broken.length > 0, 'no fixture has a broken entry');
      for (const { name, bytes, expected } of broken) {
        const scan = await readScan(format, scanFileOf(bytes));

        assert.ok(expected.observations > 0, name);
        for (const { at, reason } of scan.rejected) assert.ok(at !== '' && reason !== '', name);
      }
    });

    test('knows its own files and no others, by their content alone', () => {
      for (const other of TRIED_FORMATS) {
        for (const { name, bytes } of fixturesOf(other)) {
          const { kind } = other.format;
          const isOwn = kind === format.kind;
          assert.equal(format.detect(headOf('scan', bytes)), isOwn, `${kind}/${name}`);
          const text = bytes.toString('utf8').slice(0, 2000);
          const largeHead = { fileName: 'scan', text, outline: outlineOf(text) };
          assert.equal(format.detect(largeHead), isOwn, `the start of ${kind}/${name}`);
        }
      }
    });

    test('does not take anything for its own', () => {
      for (const text of [
        '',
        ' ',
        '{}',
        '[]',
        '[{}]',
        '"text"',
        '0',
        '<a/>',
        'null,',
        '{"',
        '[[',
        '\u0000',
        '}',
      ]) {
        assert.equal(format.detect(headOf('scan', Buffer.from(text))), false, JSON.stringify(text));
      }
    });

    test('refuses a file that ends too early, wherever it ends', async () => {
      for (const { name, bytes } of fixtures) {
        const text = bytes.toString('utf8').trimEnd();
        const cuts = Array.from({ length: 40 }, (_, n) => Math.floor((text.length * n) / 40));
        for (const cut of [...cuts, text.length - 1]) {
          if (tried.hasRows && text.slice(0, cut).endsWith('\n')) continue;
          await assert.rejects(
            readScan(format, scanFileOf(text.slice(0, cut))),
            (error) => isGatehouseError(error) && error.code === 'input-invalid',
            `${name} cut at ${cut}`,
          );
        }
      }
    });

    test('refuses what is not its format, also when told that it is', async () => {
      const strangers = TRIED_FORMATS.filter((other) => other !== tried).flatMap(fixturesOf);
      const texts = [
        ...strangers.map(({ bytes }) => bytes.toString('utf8')),
        '{}',
        '{"results":1}',
        '"x"',
        '7',
        'x',
      ];
      for (const text of texts) {
        await assert.rejects(
          readScan(format, scanFileOf(text)),
          (error) => isGatehouseError(error) && error.code === 'input-invalid',
          text.slice(0, 100),
        );
      }
    });

    test('gives the same whatever the chunks, and when read again', async () => {
      for (const { name, bytes } of fixtures) {
        const file = scanFileOf(bytes);
        const whole = await readScan(format, file);

        assert.deepEqual(await readScan(format, file), whole, `${name} read twice`);
        for (const chunkBytes of [1, 7, 1000]) {
          assert.deepEqual(
            await readScan(format, scanFileOf(bytes, chunkBytes)),
            whole,
            `${name} by ${chunkBytes}`,
          );
        }
      }
    });

    test('hostile member names change nothing and reach no prototype', async () => {
      for (const { name, bytes } of fixtures) {
        const text = bytes.toString('utf8');
        if (!isJson(text)) continue;
        const hostile = poisoned(JSON.parse(text));

        const scan = await readScan(format, scanFileOf(hostile));

        assert.deepEqual(scan, await readScan(format, scanFileOf(text)), name);
        assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
      }
    });

    test('whatever stands in a file, it is read, rejected or refused: nothing else is thrown', async () => {
      const documents = fixtures.map(({ bytes }) => bytes.toString('utf8')).filter(isJson);
      // What is damaged in XML, rows and lines is tried by fuzz.test.ts.
      if (documents.length === 0) return;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...documents),
          fc.array(fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 2 })), { minLength: 1, maxLength: 4 }),
          async (text, changes) => {
            const document: unknown = JSON.parse(text);
            for (const [at, value] of changes) replaceMember(document, at, value);

            const scan = await readScan(format, scanFileOf(JSON.stringify(document))).catch(
              (error: unknown) => {
                assert.ok(isGatehouseError(error) && error.code === 'input-invalid', String(error));
              },
            );

            for (const { defects } of scan?.observations ?? [])
              for (const { id } of defects) assert.equal(typeof id, 'string');
          },
        ),
        { numRuns: 300 },
      );
    });

    test('a byte order mark and UTF-16 change nothing', async () => {
      for (const { name, bytes } of fixtures) {
        const text = bytes.toString('utf8');
        if (text.startsWith('<')) continue;
        for (const encoded of [Buffer.from(`\uFEFF${text}`), Buffer.from(`\uFEFF${text}`, 'utf16le')]) {
          assert.equal(format.detect(headOf('scan', encoded)), true, name);
          assert.deepEqual(
            await readScan(format, scanFileOf(encoded)),
            await readScan(format, scanFileOf(bytes)),
          );
        }
      }
    });

    test('every observation says what it is about, in the part it belongs to', async () => {
      for (const { name, bytes } of fixtures) {
        const scan = await readScan(format, scanFileOf(bytes));

        for (const observation of scan.observations) {
          assert.ok(observation.defects.length > 0, name);
          for (const defect of observation.defects) assert.notEqual(defect.id, '', name);
          if (observation.component !== undefined) assert.match(observation.component.purl, /^pkg:/, name);
        }
        assert.deepEqual(
          scan.facts.parts.map((part) => part.index),
          scan.facts.parts.map((_, index) => index),
        );
        for (const part of scan.facts.parts) assert.notEqual(part.tool, '', name);
      }
    });
  });
}

describe('finding the format of a file', () => {
  test('--format wins over what the file looks like', () => {
    const head = scanHead('scan.json', Buffer.from('{"version":"2.1.0","runs":[]}'));

    assert.equal(formatOf(head).kind, 'sarif');
    assert.equal(formatOf(head, 'trivy').kind, 'trivy');
  });

  test('a name that no format has is refused with those there are', () => {
    const head = scanHead('scan.json', Buffer.from('{}'));

    assert.throws(() => formatOf(head, 'trivvy'), /there is no format 'trivvy'; there are .*trivy/);
  });

  test('a report behind other text, and an error in its place, are called so', () => {
    const refusal = (text: string) => () => formatOf(scanHead('a.json', Buffer.from(text)));

    const report = '{"version":"2.1.0","runs":[]}';
    assert.throws(refusal(`Scanning 3 files\n${report}`), /begins with text \(Scanning 3 files\)/);
    for (const error of [
      '{"error":"no token"}',
      '{"errors":[{"message":"no token"}]}',
      '{"message":"no token"}',
    ])
      assert.throws(refusal(error), /no known format: it holds an error and no scan: no token/, error);
    assert.throws(refusal('just text'), /no known format; name it/);
    for (const start of ['[{"a":"', '{"a":[{"b":"]}"}', '{"a":'])
      assert.throws(refusal(start), /no known format: its JSON ends too early; the file is cut off/, start);
    assert.throws(refusal('{"a":"{"}\n{"b":"["}'), /no known format; name it/);
  });

  test('a file that nobody knows is refused, saying what to try; an empty one is called empty', () => {
    assert.throws(
      () => formatOf(scanHead('a.json', Buffer.from('{"a":1}'))),
      /a\.json: no known format.*--format/,
    );
    assert.throws(() => formatOf(scanHead('a.json', Buffer.from(' \n'))), /a\.json: the file is empty/);
  });
});
