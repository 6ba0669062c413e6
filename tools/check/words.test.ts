import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLongFile, findWordFaults, wordRules } from './words.ts';

const refused: readonly (readonly [rule: string, file: string, line: string])[] = [
  ['machine-path', 'src/store/a.ts', "open('/work/data/a.db')"],
  ['machine-path', 'docs/a.md', 'see /root/notes/a.md'],
  ['machine-path', 'README.md', 'cd /home/ada/gatehouse'],
  ['registry-host', 'package-lock.json', '"resolved": "https://registry.npmjs.org/zod"'],
  ['registry-host', '.npmrc', 'registry=https://artifactory.example.com/npm'],
  ['issue-number', 'src/policy/a.ts', '// see issue 2'],
  ['issue-number', 'docs/a.md', 'as Issue #14 asks'],
  ['issue-number', 'src/policy/a.ts', '// fixed (#12)'],
  ['unfinished', 'src/policy/a.ts', '// TODO: later'],
  ['unfinished', 'docs/a.md', 'FIXME'],
  ['left-out-test', 'src/policy/a.test.ts', "test.skip('a', () => {})"],
  ['left-out-test', 'src/policy/a.test.ts', "it.only('a', () => {})"],
  ['left-out-test', 'test/e2e/a.test.ts', "test('a', { skip: true }, () => {})"],
  ['left-out-test', 'test/e2e/a.test.ts', 't.skip()'],
  ['type-escape', 'src/policy/a.ts', 'const a = b as any;'],
  ['type-escape', 'src/policy/a.ts', 'const a = b as unknown as Finding;'],
  ['type-escape', 'test/support/a.ts', '// @ts-expect-error'],
  ['impure', 'src/policy/a.ts', 'const now = Date.now();'],
  ['impure', 'src/normalise/a.ts', 'const now = new Date();'],
  ['impure', 'src/domain/a.ts', 'const id = randomUUID();'],
  ['impure', 'src/reports/html/a.ts', 'const home = process.env.HOME;'],
  ['environment', 'src/store/a.ts', 'const home = process.env.HOME;'],
  ['empty-catch', 'src/store/a.ts', '} catch {}'],
  ['empty-catch', 'src/store/a.ts', '} catch (error) { }'],
  ['empty-catch', 'src/store/a.ts', 'await close().catch(() => {});'],
];

const fine: readonly (readonly [file: string, line: string])[] = [
  ['src/api/a.ts', "route('/api/work/items')"],
  ['src/formats/trivy/fixtures/image.json', '"RepoTags": ["registry.npmjs.org/a"]'],
  ['src/sandbox/a.test.ts', "path: '/root/.ssh/id'"],
  ['src/platform/a.ts', '// the quirk: https://github.com/nodejs/undici/issues/4321'],
  ['src/platform/a.ts', '// WiseLibs/better-sqlite3#1514'],
  ['src/reports/html/a.ts', "color: '#123'"],
  ['docs/a.md', '## 2. The gate'],
  ['docs/a.md', 'TODO, planned at https://example.org/plan'],
  ['src/policy/a.ts', 'if (words.only(a)) return;'],
  ['src/policy/a.ts', 'const as = unknown;'],
  ['src/policy/a.ts', 'const at = new Date(now);'],
  ['src/policy/a.test.ts', 'const now = Date.now();'],
  ['src/store/a.ts', 'const now = Date.now();'],
  ['src/normalise/a.ts', "npm: 'https://registry.npmjs.org'"],
  ['src/store/a.ts', 'result.catch(() => undefined); // its reader comes later, and hears of it then'],
  ['src/main/a.ts', 'const home = process.env.HOME;'],
  ['src/store/a.ts', '} catch (cause) { throw new GatehouseError(cause) }'],
];

for (const [rule, file, line] of refused) {
  test(`${rule} refuses ${JSON.stringify(line)} in ${file}`, () => {
    const faults = findWordFaults(file, `first\n${line}\n`);

    assert.ok(faults.some((fault) => fault.rule === rule && fault.line === 2));
  });
}

for (const [file, line] of fine) {
  test(`${JSON.stringify(line)} is fine in ${file}`, () => {
    assert.deepEqual(findWordFaults(file, `${line}\n`), []);
  });
}

test('every rule refuses something', () => {
  const proved = new Set(refused.map(([rule]) => rule));

  assert.deepEqual(
    wordRules.map((rule) => rule.name).filter((name) => !proved.has(name)),
    [],
  );
});

test('a file of four hundred lines is fine, of one more it is long', () => {
  const lines = (count: number) => 'line\n'.repeat(count);

  assert.equal(findLongFile('src/a.ts', lines(400)), undefined);
  assert.equal(findLongFile('src/a.ts', lines(401))?.rule, 'long-file');
  assert.equal(findLongFile('src/a.test.ts', lines(401)), undefined);
  assert.equal(findLongFile('data/a.json', lines(401)), undefined);
});
