/** What people hand in by mistake: each is refused by name and reason, and leaves nothing half done. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { isGatehouseError } from '../../src/domain/errors.ts';
import { openBytes } from '../../src/platform/file-bytes.ts';
import { makeFolder, runCli } from '../support/cli.ts';
import { assertRefused, assertSafe, lineWithStore, SCAN, TOKEN } from '../support/refusals.ts';
import { aSignedVerdict } from '../support/signed-verdict.ts';
import type { TrialLine } from '../support/trial-line.ts';
import { manyEntries, trivyScan } from '../support/trivy-scan.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/gatehouse.js', import.meta.url));

describe('files with mistakes in them', () => {
  const CONFIGURATION = `sorces: []
sources:
  - { name: a, kind: dynatrac, url: x }
  - name: b
    kind: dynatrace
    url: https://abc12345.live.dynatrace.com
    tokn: { env: TOKEN }
    scope: { zone: [Checkout] }
scopes:
  - { name: s, labels: [{ kind: zon, anyOf: [a] }] }
policy:
  preset: strct
  ruls: {}
  rules: { severty: block, severity: { action: blok } }
waivers: 3
release: { name: r, scpe: s, scope: q }
`;
  const told = [
    /gatehouse\.yaml: \d+ problems; /,
    /sorces \(line 1\): there is no such key; did you mean sources\?/,
    /sources\.0\.kind \(line 3\): there is no 'dynatrac'.*did you mean dynatrace\?/,
    /sources\.1\.tokn \(line 7\): there is no such key; did you mean token\?/,
    /sources\.1\.token \(line \d\): .*(missing|expected)/,
    /sources\.1\.scope\.zone \(line 8\): there is no such key; did you mean zones\?/,
    /scopes\.0\.labels\.0\.kind \(line 10\): expected one of zone, .*did you mean zone\?/,
    /policy\.preset \(line 12\): expected one of strict, .*did you mean strict\?/,
    /policy\.ruls \(line 13\): there is no such key; did you mean rules\?/,
    /policy\.rules\.severty \(line 14\): there is no such key; did you mean severity\?/,
    /policy\.rules\.severity\.action \(line 14\): expected one of block, .*did you mean block\?/,
    /waivers \(line 15\): expected array/,
    /release\.scpe \(line 16\): there is no such key; did you mean scope\?/,
  ];

  test('gatehouse.yaml: every command tells all of them at once, by path and line', async () => {
    await using line = await lineWithStore({ 'gatehouse.yaml': CONFIGURATION });

    for (const args of [
      ['collect'],
      ['import', 'good.json'],
      ['gate'],
      ['findings'],
      ['policy', 'check'],
      ['verdicts'],
      ['replay', '1'],
      ['waiver', 'list'],
      ['waiver', 'revoke', 'w', '--reason', 'r', '--by', 'ann'],
      ['triage', 'show'],
      ['history', 'CVE-2024-1001'],
      ['start'],
    ]) {
      await assertRefused(line, args, told);
    }
  });

  test('a policy of its own does', async () => {
    const policy = 'preset: strct\nrules:\n  severty: block\n  severity: { atOrabove: high }\n';
    await using line = await lineWithStore({ 'policy.yaml': policy });
    const says = [
      /policy\.yaml: 4 problems; /,
      /preset \(line 1\): .*did you mean strict\?/,
      /rules\.severty \(line 3\): .*did you mean severity\?/,
      /rules\.severity\.atOrabove \(line 4\): .*did you mean atOrAbove\?/,
    ];

    for (const args of [
      ['gate', '--policy', 'policy.yaml'],
      ['gate', '--scan', 'good.json', '--policy', 'policy.yaml'],
      ['policy', 'check', 'policy.yaml'],
    ]) {
      await assertRefused(line, args, says);
    }
  });

  test('a file of waivers does', async () => {
    const waivers =
      '- id: w\n  vulnerabilty: CVE-1\n  by: ann\n  until: 2026-02-30\n- { id: v, vulnerability: CVE-1 }\n';
    await using line = await lineWithStore({ 'waivers.yaml': waivers });
    const says = [
      /waivers\.yaml: \d problems; /,
      /0\.vulnerabilty \(line 2\): there is no such key; did you mean vulnerability\?/,
      /0\.until \(line 4\): expected an ISO 8601 date/,
      /0\.reason \(line 1\): is missing/,
      /1\.until \(line 5\): /,
    ];

    await assertRefused(line, ['gate', '--waivers', 'waivers.yaml'], says);
    await assertRefused(line, ['gate', '--scan', 'good.json', '--waivers', 'waivers.yaml'], says);
    await assertRefused(line, ['waiver', 'list', '--waivers', 'waivers.yaml'], says);
  });

  const PROMOTION = `mode: evalute
max_worker: 3
certification_environment:
  url: https://abc12345.live.dynatrace.com
  tokn: ${TOKEN}
  management_zones: Checkout
assessment_rules: { exclude_cves: [], severity_exclusions: { HIHG: [] } }
`;

  test("the promotion script's file does, and shows no token that stands in it", async () => {
    await using line = await lineWithStore({ 'promotion.yaml': PROMOTION });
    const says = [
      /promotion\.yaml: \d problems; /,
      /mode \(line 1\): .*did you mean evaluate\?/,
      /max_worker \(line 2\): .*did you mean max_workers\?/,
      /certification_environment\.token \(line 3\): is missing/,
      /certification_environment\.tokn \(line 5\): .*did you mean token\?/,
      /assessment_rules\.exclude_cves \(line 7\): .*did you mean excluded_cves\?/,
      /HIHG.*did you mean HIGH\?/,
    ];

    await assertRefused(line, ['gate', '-c', 'promotion.yaml'], says);
    await assertRefused(line, ['gate', '-m', '-c', 'promotion.yaml'], [/^ERROR$/m, ...says]);
    await assertRefused(line, ['migrate', 'promotion.yaml'], says);
  });

  for (const args of [
    ['collect'],
    ['import', 'good.json'],
    ['findings'],
    ['verdicts'],
    ['policy', 'check'],
    ['waiver', 'list'],
    ['start'],
  ]) {
    test(`gatehouse ${args.join(' ')} -c promotion.yaml says which commands read it`, async () => {
      await using line = await lineWithStore({ 'promotion.yaml': PROMOTION });

      await assertRefused(
        line,
        [...args, '-c', 'promotion.yaml'],
        [/promotion\.yaml is a configuration of the promotion script.*gate -c.*gatehouse migrate/],
      );
    });
  }
});

/** Wherever a file is named, as a person would. */
const WHERE: readonly (readonly [what: string, args: (file: string) => readonly string[]])[] = [
  ['import', (file) => ['import', file]],
  ['gate --scan', (file) => ['gate', '--scan', file]],
  ['gate --policy', (file) => ['gate', '--policy', file]],
  ['gate --waivers', (file) => ['gate', '--waivers', file]],
  ['gate -c', (file) => ['gate', '-c', file]],
  ['findings -c', (file) => ['findings', '-c', file]],
  ['policy check', (file) => ['policy', 'check', file]],
  ['migrate', (file) => ['migrate', file]],
  ['verify', (file) => ['verify', file, '--key', 'gate.pub']],
  ['verify --key', (file) => ['verify', 'good.json', '--key', file]],
  ['replay --bundle', (file) => ['replay', '--bundle', file]],
];

/** Of a content that cannot be, and not of the file itself. */
const CONTENT = /^(of bytes|in another|that is broken)/;

type Made = (path: string) => Promise<unknown>;
const FILES: readonly (readonly [what: string, make: Made, says: RegExp])[] = [
  ['that is not there', async () => undefined, /there is no such file|is not there|neither a file nor/],
  ['that is a folder', (path) => mkdir(path), /is a folder|is no|a folder/],
  ['whose links lead in a circle', (path) => symlink(path, path), /its links lead in a circle|ELOOP/],
  ['of bytes', (path) => writeFile(path, Buffer.from('8900ff1a0a00010203feff00', 'hex')), /./],
  ['in another encoding', (path) => writeFile(path, Buffer.from('{"a": "\xe4\xf6"}', 'latin1')), /./],
  ['that is broken gzip', (path) => writeFile(path, gzipSync(SCAN).subarray(0, 60)), /./],
  [
    'that is a pipe without a writer',
    async (path) => execFileSync('sh', ['-c', 'mkfifo "$0"', path]),
    /is a pipe that nobody writes into.*name it -/,
  ],
];

describe('a file', () => {
  async function lineWithKey(): Promise<TrialLine> {
    const { publicPem } = await aSignedVerdict(Date.UTC(2026, 5, 1));
    return await lineWithStore({ 'gate.pub': publicPem });
  }

  for (const [what, make, says] of FILES) {
    test(`${what} is refused by its name, wherever it is given`, async () => {
      await using line = await lineWithKey();
      const isContent = CONTENT.test(what);
      await Promise.all(WHERE.map((_, index) => make(join(line.path, `given-${index}`))));

      // Side by side: the pipes take their two seconds each.
      await Promise.all(
        WHERE.map(async ([where, args], index) => {
          // What is no envelope is not refused: it does not hold, which is exit 1.
          if (where === 'verify' && isContent) return;
          const name = `given-${index}`;
          await assertRefused(line, args(name), [new RegExp(name), says]);
        }),
      );
    });
  }

  for (const [what, args] of WHERE) {
    test(`without an end is left in time by ${what}`, async () => {
      await using line = await lineWithKey();

      await assertRefused(line, args('/dev/zero'), [/\/dev\/zero/]);
    });
  }

  test('that is empty is no scan, no bundle and no configuration of the script', async () => {
    await using line = await lineWithKey();
    await line.write('empty', '');

    for (const args of [
      ['import', 'empty'],
      ['gate', '--scan', 'empty'],
      ['replay', '--bundle', 'empty'],
      ['migrate', 'empty'],
    ]) {
      await assertRefused(line, args, [/empty/]);
    }
  });

  test('that is larger than anybody writes is refused before it fills the memory', async () => {
    await using line = await lineWithKey();
    await line.write('large', 'a: b # ');
    await truncate(join(line.path, 'large'), 600_000_000);

    for (const [what, args] of WHERE) {
      // A scan may be as large; that it is none is told by its beginning.
      const says = /^(import|gate --scan)$/.test(what) ? /large/ : /large.*(larger than \d+ bytes|no)/;
      await assertRefused(line, args('large'), [says]);
    }
  });

  test('that holds several good scans and a broken one: the good ones count, the broken one is named', async () => {
    await using line = await lineWithStore();
    await line.write('cut.json', SCAN.slice(0, -30));

    const end = await line.run(['import', 'good.json', 'cut.json', '--json']);

    assert.equal(end.exitCode, undefined);
    assert.match(end.message, /cut\.json/);
    assert.equal(JSON.parse(end.stdout).files.length, 1);
  });

  test('that ends early, or is damaged late, leaves nothing of its beginning', async () => {
    await using line = await lineWithStore();
    const large = trivyScan({ entries: manyEntries(3000) });
    const packed = gzipSync(large);
    packed.fill(0x55, packed.length - 2000, packed.length - 1500);
    await line.write('cut.json', large.slice(0, -30));
    await writeFile(join(line.path, 'late.json.gz'), packed);

    await assertRefused(line, ['import', 'cut.json'], [/cut\.json/]);
    await assertRefused(line, ['import', 'late.json.gz'], [/late\.json\.gz/]);
  });

  test('that shrinks or goes while it is read is told, or was read whole', async () => {
    await using folder = await makeFolder();
    const path = folder.file('a.json');
    await writeFile(path, Buffer.alloc(3_000_000, 0x20));
    const reading = openBytes(path);
    await reading.next();

    await truncate(path, 300_000);
    await rm(path);
    let length = 0;
    const ended = await (async () => {
      for await (const chunk of reading) length += chunk.length;
    })().catch((error) => error);

    assert.ok(ended === undefined || isGatehouseError(ended), String(ended));
    assert.ok(length < 3_000_000);
  });

  test('that goes between its first look and its reading leaves nothing', async () => {
    await using line = await lineWithStore();
    const path = join(line.path, 'going.json');
    const large = trivyScan({ entries: manyEntries(20_000) });
    await writeFile(path, large);
    const running = line.run(['import', 'going.json', '--json']);
    await rm(path);

    const end = await running;

    if (end.exitCode === 0) assert.equal(JSON.parse(end.stdout).files[0].observations, 20_000);
    else assert.match(end.message, /going\.json.*not there/);
  });

  test('that we may not read is refused with its permissions', async (t) => {
    await using folder = await makeFolder();
    await chmod(folder.path, 0o755);
    await writeFile(folder.file('secret.json'), SCAN);
    await chmod(folder.file('secret.json'), 0o000);
    const asNobody = process.getuid?.() === 0;
    if (asNobody) t.diagnostic('root may read every file, so this runs as nobody');

    for (const args of [
      ['gate', '--scan', 'secret.json'],
      ['gate', '--scan', '/dev/null', '--policy', 'secret.json'],
      ['policy', 'check', 'secret.json'],
      ['migrate', 'secret.json'],
    ]) {
      const child = spawn(process.execPath, [LAUNCHER, ...args], {
        cwd: folder.path,
        env: { PATH: process.env.PATH, HOME: '/nonexistent', NO_COLOR: '1' },
        ...(asNobody ? { uid: 65_534, gid: 65_534 } : {}),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => (said += String(chunk)));
      const [code] = await once(child, 'close');

      assert.equal(code, 2, said);
      assert.match(said, /secret\.json|\/dev\/null/);
      if (!args.includes('/dev/null')) assert.match(said, /permissions/);
      assertSafe(said);
    }
  });
});

describe('options', () => {
  const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['import', 'good.json', '--asset', 'imgae:x'], /there is no kind 'imgae'; did you mean image\?/],
    [['gate', '--scan', 'good.json', '--asset', 'imgae:x'], /did you mean image\?/],
    [['findings', '--asset', 'hots:x'], /did you mean host\?/],
    [['import', 'good.json', '--asset', ''], /--asset "" names nothing/],
    [['import', 'good.json', '--channel', ''], /--channel "": it is empty/],
    [['import', 'good.json', '--profile', ' '], /--profile " ": it is empty/],
    [['import', 'good.json', '--format', 'trvy'], /did you mean trivy\?/],
    [['import', 'good.json', '--observed-at', '2026-02-30'], /"2026-02-30" is no date/],
    [['import', 'good.json', '--observed-at', '-5'], /"-5" is no date/],
    [['import', 'good.json', '--observed-at', '2027-01-01'], /"2027-01-01" is still ahead/],
    [['gate', '--baseline', '2026-02-30'], /2026-02-30/],
    [
      ['gate', '--policy', 'strct'],
      /policy strct: neither a file nor one of strict, .*did you mean strict\?/,
    ],
    [['gate', '--scan', 'good.json', '--policy', 'strct'], /did you mean strict\?/],
    [['gate', '--policy', 'nowhere/policy.yaml'], /policy nowhere\/policy\.yaml: neither a file nor/],
    [['gate', '--scope', 'nowhere'], /there is no scope 'nowhere'/],
    [['gate', '--release', 'r', '--override-by', 'a', '--override-until', '2026-02-30'], /./],
    [['findings', '--as-of', '2026-02-30'], /--as-of 2026-02-30/],
    [['findings', '--limit', '-3'], /--limit -3: give a whole number/],
    [['findings', '--limit', '0x10'], /--limit 0x10: give a whole number/],
    [['verdicts', '--limit', '1.5'], /--limit 1\.5: give a whole number/],
    [['collect', '--max-workers', '-2'], /--max-workers -2: give a whole number/],
    [['sandbox', '--problems', '-1'], /--problems.*-1/],
    [['findings', '--severity', 'hgh'], /did you mean high\?/],
    [
      [
        'waiver',
        'request',
        '--vulnerability',
        'CVE-2024-1001',
        '--reason',
        'r',
        '--by',
        'ann',
        '--until',
        '2026-02-30',
      ],
      /--until 2026-02-30/,
    ],
    [
      [
        'waiver',
        'request',
        '--vulnerability',
        'CVE-2024-1001',
        '--reason',
        'r',
        '--by',
        'ann',
        '--until',
        '-3d',
      ],
      /--until -3d/,
    ],
    [['collect', `--token=${TOKEN}`], /unknown option '--token'/],
  ];

  let line: TrialLine;
  before(async () => {
    line = await lineWithStore();
  });
  after(() => line[Symbol.asyncDispose]());

  for (const [args, says] of cases) {
    const shown = args.join(' ').replace(TOKEN, 'TOKEN');
    test(`gatehouse ${shown} is refused`, async () => {
      await assertRefused(line, args, [says]);
    });
  }
});

describe('a place that cannot be written', () => {
  const OUTPUTS: readonly (readonly [what: string, args: (file: string) => readonly string[]])[] = [
    ['gate --output', (file) => ['gate', '--format', 'json', '--output', file]],
    ['gate --report', (file) => ['gate', '-m', '--report', `sarif=${file}`]],
    ['gate --bundle', (file) => ['gate', '--bundle', file]],
    ['gate --scan --output', (file) => ['gate', '--scan', 'good.json', '--format', 'html', '-o', file]],
    ['key new', (file) => ['key', 'new', '--out', file]],
    ['init', (file) => ['init', '--scan', 'good.json', '--output', file]],
  ];

  for (const [what, args] of OUTPUTS) {
    test(`${what} into a folder that is not there, or onto one, is told before the work: no verdict is made`, async () => {
      await using line = await lineWithStore();
      await mkdir(join(line.path, 'folder'));
      await line.write('file', '');

      if (what !== 'init')
        await assertRefused(line, args('no/such/file'), [
          /no\/such\/file cannot be written: there is no folder/,
        ]);
      await assertRefused(line, args('folder'), [/folder/]);
      await assertRefused(line, args('file/in-a-file'), [/file\/in-a-file cannot be written/]);

      assert.deepEqual((await readdir(line.path)).filter((name) => !name.startsWith('.')).sort(), [
        'file',
        'folder',
        'good.json',
      ]);
    });
  }

  test('the promotion script, too, is told before it collects for an hour', async () => {
    const promotion = `mode: evaluate\ncertification_environment: { url: "https://127.0.0.1:1/e/abc", token: "\${TOKEN}", management_zones: [a] }\n`;
    await using line = await lineWithStore({ 'promotion.yaml': promotion });

    const said = await assertRefused(
      line,
      ['gate', '-c', 'promotion.yaml', '--output', 'no/such.json'],
      [/no\/such\.json cannot be written: there is no folder/],
    );

    assert.doesNotMatch(said, /127\.0\.0\.1/);
  });

  test('a disk that is full keeps no half of a report, and the verdict is told all the same', async () => {
    await using line = await lineWithStore();

    const told = await line.run(['gate', '--report', 'json=/dev/full', 'markdown=verdict.md']);
    const machine = await line.run(['gate', '-m', '--format', 'json', '--output', '/dev/full']);
    const alone = await line.run(['gate', '--scan', 'good.json', '--format', 'json', '-o', '/dev/full']);

    for (const end of [told, machine, alone]) {
      assert.equal(end.exitCode, undefined);
      assert.match(end.message, /the verdict is NO-GO, but \/dev\/full cannot be written: the disk is full/);
    }
    assert.match(told.stdout, /NO-GO/);
    assert.match(await readFile(join(line.path, 'verdict.md'), 'utf8'), /NO-GO/);
    assert.equal(machine.stdout, 'ERROR\n');
  });

  for (const args of [
    ['gate'],
    ['findings', '--json'],
    ['gate', '--scan', 'good.json', '-m'],
    ['verdicts'],
  ]) {
    test(`gatehouse ${args.join(' ')} > /dev/full is an error, and no bug`, async () => {
      await using line = await lineWithStore();
      await line.run(['gate']);

      const words = [process.execPath, LAUNCHER, ...args].join(' ');
      const child = spawn('sh', ['-c', `${words} > /dev/full`], {
        cwd: line.path,
        env: { PATH: process.env.PATH, HOME: line.path, NO_COLOR: '1' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (chunk) => (said += String(chunk)));
      const [code] = await once(child, 'close');

      assert.equal(code, 2);
      assert.match(said, /the output cannot be written: the disk is full/);
      assertSafe(said);
    });
  }
});

test('as a process, a refusal is one line on standard error and exit 2', async () => {
  await using folder = await makeFolder();
  execFileSync('sh', ['-c', 'mkfifo "$0"', folder.file('pipe')]);

  const ended = await runCli(['import', 'pipe'], { cwd: folder.path, killAfterMs: 20_000 });

  assert.equal(ended.code, 2, ended.stderr);
  assert.match(ended.stderr, /^gatehouse: [^\n]*pipe is a pipe that nobody writes into[^\n]*\n$/);
  assert.equal(ended.stdout, '');
});
