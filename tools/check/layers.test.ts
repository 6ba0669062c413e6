import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { checkLayers } from './layers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const configFile = join(root, '.dependency-cruiser.mjs');
const { forbidden = [] } = await extractConfig(configFile);

/** For each rule, imports that break it and no other. Each is the only import of its file. */
const plants: Readonly<Record<string, readonly (readonly [from: string, specifier: string])[]>> = {
  'domain-knows-only-zod': [
    ['src/domain/a.ts', '../platform/b.ts'],
    ['src/domain/a.ts', 'undici'],
  ],
  'platform-knows-only-errors': [
    ['src/platform/a.ts', '../domain/b.ts'],
    ['src/platform/http/a.ts', '../../store/b.ts'],
  ],
  'rooms-never-look-sideways': [
    ['src/sources/a.ts', '../store/b.ts'],
    ['src/store/sqlite/a.ts', '../../normalise/b.ts'],
    ['src/policy/a.ts', '../flows/b.ts'],
    ['src/reports/a.ts', '../sandbox/b.ts'],
  ],
  'plug-ins-are-strangers': [
    ['src/sources/vanta/a.ts', '../dynatrace/b.ts'],
    ['src/formats/sarif/a.ts', '../trivy/deep/b.ts'],
  ],
  'sandbox-shares-nothing-with-its-client': [
    ['src/sandbox/dynatrace/a.ts', '../../sources/b.ts'],
    ['src/sandbox/a.ts', '../domain/finding.ts'],
  ],
  'flows-know-no-door': [
    ['src/flows/a.ts', '../api/b.ts'],
    ['src/flows/a.ts', '../sandbox/b.ts'],
  ],
  'doors-go-through-flows': [
    ['src/api/a.ts', '../store/write.ts'],
    ['src/gateway/a.ts', '../api/b.ts'],
    ['src/api/a.ts', '../policy/b.ts'],
  ],
  'nothing-imports-main': [['src/other/a.ts', '../main/b.ts']],
  'pure-rooms-touch-no-machine': [
    ...[
      'fs',
      'net',
      'http',
      'child_process',
      'os',
      'worker_threads',
      'timers/promises',
      'process',
      'dns',
    ].map((module) => ['src/policy/a.ts', `node:${module}`] as const),
    ['src/normalise/a.ts', 'node:fs/promises'],
    ['src/gateway/guardrails/a.ts', 'node:perf_hooks'],
  ],
  'no-circles': [['src/other/circle/a.ts', './circle-partner.ts']],
  'production-needs-no-tests': [
    ['src/other/a.ts', '../../test/support/b.ts'],
    ['src/other/a.ts', './b.test.ts'],
  ],
  'production-needs-no-development-packages': [['src/main/a.ts', 'for-tests']],
  'packages-are-declared': [['src/main/a.ts', 'by-luck']],
  'imports-lead-somewhere': [['src/main/a.ts', './nowhere.ts']],
};

/** Imports that go down the stairs. */
const allowed: readonly (readonly [from: string, specifier: string])[] = [
  ['src/domain/a.ts', 'zod'],
  ['src/domain/a.ts', './b.ts'],
  ['src/platform/http/a.ts', '../../domain/errors.ts'],
  ['src/platform/a.ts', 'node:fs'],
  ['src/sources/dynatrace/a.ts', '../source.ts'],
  ['src/sources/registry.ts', './dynatrace/index.ts'],
  ['src/store/a.ts', '../domain/b.ts'],
  ['src/policy/a.ts', 'node:crypto'],
  ['src/sandbox/a.ts', '../domain/errors.ts'],
  ['src/flows/a.ts', '../store/b.ts'],
  ['src/api/a.ts', '../store/read/b.ts'],
  ['src/api/a.ts', '../flows/b.ts'],
  ['src/main/a.ts', '../api/b.ts'],
  ['src/main/a.ts', '../sandbox/b.ts'],
  ['src/policy/a.test.ts', '../store/b.ts'],
  ['src/policy/a.test.ts', 'for-tests'],
];

test('every rule is broken by its planted faults, and by no other rule’s', async () => {
  for (const [rule, imports] of Object.entries(plants)) {
    for (const [from, specifier] of imports) {
      const { broken } = await checkLayers(treeWith(from, specifier), configFile);

      assert.deepEqual([...broken], [rule], `${from} imports ${specifier}`);
    }
  }
});

test('every rule has a planted fault', () => {
  assert.deepEqual(Object.keys(plants).sort(), forbidden.map((rule) => rule.name).sort());
});

test('every rule says what to do', () => {
  for (const rule of forbidden) assert.match(rule.comment ?? '', /\w{3,}/, rule.name);
});

test('imports that go down the stairs break no rule', async () => {
  for (const [from, specifier] of allowed) {
    const { faults } = await checkLayers(treeWith(from, specifier), configFile);

    assert.deepEqual(faults, [], `${from} imports ${specifier}`);
  }
});

test('a type is an import too', async () => {
  const tree = treeWith('src/domain/a.ts', '../platform/b.ts', 'import type');

  const { broken } = await checkLayers(tree, configFile);

  assert.deepEqual([...broken], ['domain-knows-only-zod']);
});

test('a fault names the files and what to do', async () => {
  const { faults } = await checkLayers(treeWith('src/flows/a.ts', '../api/b.ts'), configFile);

  assert.equal(faults.length, 1);
  assert.match(
    faults[0] ?? '',
    /^src\/flows\/a\.ts → src\/api\/b\.ts\n {2}flows-know-no-door: .*return a value/,
  );
});

test('the tool reads TypeScript: every file of src is among those it cruised', async () => {
  const { fileCount, faults } = await checkLayers(root, configFile);

  assert.ok(fileCount > 100, `${fileCount} files`);
  assert.deepEqual(
    faults.filter((fault) => fault.includes('was not read')),
    [],
  );
});

const trees: string[] = [];
after(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
});

/** A tree in which one file imports one thing, and the thing is there (unless it is called nowhere). */
function treeWith(from: string, specifier: string, keyword = 'import'): string {
  const tree = mkdtempSync(join(tmpdir(), 'gatehouse-layers-'));
  trees.push(tree);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  write(
    'package.json',
    JSON.stringify({
      type: 'module',
      dependencies: { zod: '1', undici: '1' },
      devDependencies: { 'for-tests': '1' },
    }),
  );
  write('tsconfig.json', readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  for (const name of ['zod', 'undici', 'for-tests', 'by-luck']) {
    write(
      `node_modules/${name}/package.json`,
      JSON.stringify({ name, type: 'module', exports: './index.js' }),
    );
    write(`node_modules/${name}/index.js`, 'export const thing = 1;\n');
  }
  symlinkSync(join(root, 'node_modules/@types'), join(tree, 'node_modules/@types'));
  if (specifier.startsWith('.') && !specifier.includes('nowhere')) {
    const partner = specifier.includes('circle-partner');
    write(
      join(dirname(from), specifier),
      partner
        ? `export { thing as other } from './a.ts';\nexport const thing = 1;\n`
        : 'export const thing = 1;\n',
    );
  }
  write(from, `${keyword} { thing } from '${specifier}';\nexport const use: typeof thing = thing;\n`);
  return tree;
}
