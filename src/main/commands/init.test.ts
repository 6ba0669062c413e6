import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { makeFolder } from '../../../test/support/cli.ts';
import { trialIo } from '../../../test/support/trial-io.ts';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { readConfiguration } from '../configuration.ts';
import { writeTogether } from '../init/written-files.ts';
import { command } from './init.ts';

const URL = 'https://abc12345.live.dynatrace.com';
const TOKEN = `dt0c01.${'A'.repeat(24)}.${'B'.repeat(64)}`;

async function written(line: TrialLine, name = 'gatehouse.yaml'): Promise<string> {
  return await readFile(`${line.path}/${name}`, 'utf8');
}

describe('from options', () => {
  test('the file holds what was said, and reads as every configuration does', async () => {
    await using line = await trialLine({ 'trivy.json': trivyScan({ entries: [] }) });
    const args = ['--dynatrace', URL, '--token-env', 'SHOP_TOKEN', '--zone', 'Checkout', 'a: [b] # c'];

    const end = await line.run([
      'init',
      ...args,
      '--scan',
      'trivy.json',
      '--policy',
      'balanced',
      '--release',
      'shop',
    ]);
    const read = await readConfiguration(trialIo({ cwd: line.path }).io);

    assert.equal(end.exitCode, 0, end.message);
    assert.deepEqual(read.sources[0]?.settings, {
      ...(read.sources[0]?.settings as object),
      url: URL,
      token: { env: 'SHOP_TOKEN' },
      scope: { zones: ['Checkout', 'a: [b] # c'] },
      allowPrivate: false,
    });
    assert.deepEqual(read.scopes, [{ name: 'candidate', sources: ['dynatrace', 'scan:trivy/Trivy'] }]);
    assert.deepEqual(read.release, { name: 'shop', scope: 'candidate' });
    const comments = (await written(line)).split('\n').filter((text) => text.trimStart().startsWith('#'));
    assert.ok(comments.length >= 5, 'nothing is explained');
  });

  test('what is suggested next is three commands, and they work', async () => {
    await using line = await trialLine({
      'a scan.json': trivyScan({ entries: [{ id: 'CVE-2024-1001', severity: 'CRITICAL' }] }),
    });

    const end = await line.run(['init', '--scan', 'a scan.json', '--output', 'my.yaml', '--json']);
    const { next } = JSON.parse(end.stdout);
    const codes = [];
    for (const text of next) {
      const words = [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
      codes.push((await line.run(words.slice(1))).exitCode);
    }

    assert.deepEqual(next, [
      "gatehouse import 'a scan.json' --config my.yaml",
      'gatehouse gate --config my.yaml',
      'gatehouse findings --scope candidate --config my.yaml',
    ]);
    assert.deepEqual(codes, [0, 1, 0]);
  });

  test('a scan that is still to come leaves the scope open, and says how to close it', async () => {
    await using line = await trialLine();

    await line.run(['init', '--scan', 'later.json']);
    const read = await readConfiguration(trialIo({ cwd: line.path }).io);

    assert.deepEqual(read.scopes, [{ name: 'candidate' }]);
    assert.match(await written(line), /# sources: \[ .*scan:trivy\/Trivy/);
  });

  test('a file that is there stays as it is, unless --force is given', async () => {
    await using line = await trialLine({ 'gatehouse.yaml': 'mine\n' });

    const refused = await line.run(['init', '--dynatrace', URL]);
    const kept = await written(line);
    const forced = await line.run(['init', '--dynatrace', URL, '--force']);

    assert.match(refused.message, /gatehouse\.yaml is there already .* --force/);
    assert.equal(kept, 'mine\n');
    assert.equal(forced.exitCode, 0);
    assert.match(await written(line), /kind: dynatrace/);
    assert.deepEqual(await readdir(line.path), ['gatehouse.yaml']);
  });

  test('a pipeline file that is there keeps the configuration from being written, too', async () => {
    await using line = await trialLine({ Jenkinsfile: 'mine\n' });

    const end = await line.run(['init', '--dynatrace', URL, '--pipeline', 'jenkins']);

    assert.match(end.message, /Jenkinsfile is there already/);
    assert.deepEqual(await readdir(line.path), ['Jenkinsfile']);
  });

  test('--dry-run shows the files and writes none', async () => {
    await using line = await trialLine({ 'gatehouse.yaml': 'mine\n' });

    const end = await line.run(['init', '--dynatrace', URL, '--pipeline', 'shell', '--dry-run']);

    assert.match(end.stdout, /kind: dynatrace[\s\S]*#!\/bin\/sh/);
    assert.equal(await written(line), 'mine\n');
    assert.deepEqual(await readdir(line.path), ['gatehouse.yaml']);
  });

  test('an address of this machine is a private one without saying so', async () => {
    await using line = await trialLine();

    await line.run(['init', '--dynatrace', 'http://127.0.0.1:4000/e/abc']);

    assert.match(await written(line), /allowPrivate: true/);
  });

  test('everything wrong is told at once, with what was meant', async () => {
    await using line = await trialLine();
    const args = [
      '--dynatrace',
      'https://abc.apps.dynatrace.com',
      '--policy',
      'strct',
      '--pipeline',
      'gitlb',
    ];

    const end = await line.run(['init', ...args]);

    assert.equal(end.exitCode, undefined);
    assert.match(end.message, /--dynatrace is the web interface; use https:\/\/abc\.live\.dynatrace\.com/);
    assert.match(end.message, /--policy is no preset.*did you mean strict\?/);
    assert.match(end.message, /--pipeline is no pipeline.*did you mean gitlab\?/);
    assert.deepEqual(await readdir(line.path), []);
  });

  for (const args of [['init'], ['init', '--yes'], ['init', '--policy', 'strict']]) {
    test(`\`${args.join(' ')}\` without a terminal says what to give`, async () => {
      await using line = await trialLine();

      const end = await line.run(args);

      assert.match(
        end.message,
        /give --dynatrace URL, --scan FILE, or both; without a terminal nobody can be asked/,
      );
      assert.deepEqual(await readdir(line.path), []);
    });
  }

  test('a scan that is none is refused, and nothing is written', async () => {
    await using line = await trialLine({ 'notes.json': '{"hello": 1}' });

    const end = await line.run(['init', '--scan', 'notes.json']);

    assert.match(end.message, /notes\.json/);
    assert.deepEqual(await readdir(line.path), ['notes.json']);
  });
});

describe('a token', () => {
  for (const [what, args] of [
    ['in place of a variable', ['--token-env', TOKEN]],
    ['in place of a file', ['--token-file', TOKEN]],
    ['as --token', ['--token', TOKEN]],
    ['as --token=…', [`--token=${TOKEN}`]],
    ['of another kind', ['--token-env', 'a1B2c3D4'.repeat(10)]],
  ] as const) {
    test(`${what} is refused with the reason, and shown nowhere`, async () => {
      await using line = await trialLine();

      const end = await line.run(['init', '--dynatrace', URL, ...args]);

      assert.match(end.message, /is a token itself.*never written.*revoke it/);
      assert.ok(!`${end.message}${end.stdout}${end.stderr}`.includes(args.join(' ').slice(-40)));
      assert.deepEqual(await readdir(line.path), []);
    });
  }

  test('may be in a file, named from where we are', async () => {
    await using line = await trialLine();

    await line.run(['init', '--dynatrace', URL, '--token-file', 'secrets/the, token']);

    assert.ok((await written(line)).includes(`token: { file: "${line.path}/secrets/the, token" }`));
  });
});

/** A person who types these lines; a function is done instead of typing. */
async function typing(folder: string, lines: readonly (string | ((trial: Trial) => void))[], options = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const given = trialIo({ cwd: folder, stdin, isStderrTty: true });
  const trial = { ...given, stdin };
  const running = command.run({ output: 'gatehouse.yaml', ...options }, given.io, []).then(
    (exitCode) => ({ exitCode, message: '' }),
    (error: unknown) => ({
      exitCode: undefined,
      message: isGatehouseError(error) ? error.message : String(error),
    }),
  );
  for (const line of lines) {
    if (typeof line === 'string') stdin.write(`${line}\n`);
    else line(trial);
  }
  return { ...(await running), stdout: given.stdout(), stderr: given.stderr() };
}
type Trial = ReturnType<typeof trialIo> & { readonly stdin: PassThrough };

describe('by asking', () => {
  test('an answer that cannot be one is asked for again, and a token is not shown back', async () => {
    await using folder = await makeFolder();

    const end = await typing(folder.path, [
      'abc12345',
      URL,
      TOKEN,
      'SHOP_TOKEN',
      'Checkout, Payments',
      '',
      'strickt',
      'balanced',
      'shop 4.2',
      '',
      'perhaps',
      'y',
    ]);
    const text = await readFile(folder.file('gatehouse.yaml'), 'utf8');

    assert.equal(end.exitCode, 0, end.message);
    assert.match(end.stderr, /is not an address/);
    assert.match(end.stderr, /That is a token itself/);
    assert.match(end.stderr, /did you mean strict\?/);
    assert.match(end.stderr, /neither yes nor no/);
    assert.match(text, /token: \{ env: SHOP_TOKEN \}/);
    assert.match(text, /- Payments/);
    assert.match(text, /preset: balanced/);
    assert.ok(!text.includes(TOKEN));
  });

  test('what was given as an option is not asked', async () => {
    await using folder = await makeFolder();

    const end = await typing(folder.path, ['', '', '', ''], {
      dynatrace: URL,
      tokenEnv: 'SHOP_TOKEN',
      policy: 'development',
      release: 'shop',
    });

    assert.equal(end.exitCode, 0, end.message);
    assert.doesNotMatch(end.stderr, /Address of|Its token|Policy:/);
    assert.match(end.stderr, /Management zones/);
  });

  test('"no" at the end writes nothing', async () => {
    await using folder = await makeFolder();

    const end = await typing(folder.path, [URL, '', '', '', '', '', '', 'no']);

    assert.match(end.message, /nothing was written/);
    assert.deepEqual(await readdir(folder.path), []);
  });

  for (const [what, leave] of [
    ['Ctrl-C', ({ stdin }: Trial) => void stdin.write('\u0003')],
    ['Ctrl-D', ({ stdin }: Trial) => void stdin.write('\u0004')],
    ['a signal', ({ interrupt }: Trial) => interrupt()],
    ['the end of the terminal', ({ stdin }: Trial) => void stdin.end()],
  ] as const) {
    test(`${what} in the middle writes nothing`, async () => {
      await using folder = await makeFolder();

      const end = await typing(folder.path, [URL, 'SHOP_TOKEN', leave]);

      assert.match(end.message, /you left before the end; nothing was written/);
      assert.deepEqual(await readdir(folder.path), []);
    });
  }
});

describe('files that are written together', () => {
  const texts = (folder: { file(name: string): string }) =>
    ['one', 'deep/two'].map((name) => ({ path: folder.file(name), name, text: 'ours' }));

  test('one that came into being meanwhile stays, and the others do not appear', async () => {
    await using folder = await makeFolder();
    const writing = writeTogether(texts(folder), {
      mayReplace: false,
      validate: () => writeFile(folder.file('deep/two'), 'theirs'),
    });

    await assert.rejects(writing, /deep\/two is there already/);
    assert.deepEqual((await readdir(folder.path, { recursive: true })).sort(), ['deep', 'deep/two']);
    assert.equal(await readFile(folder.file('deep/two'), 'utf8'), 'theirs');
  });

  test('what does not pass leaves nothing, not even a folder', async () => {
    await using folder = await makeFolder();
    const validate = async (): Promise<void> => {
      assert.ok((await readdir(folder.path)).length > 0, 'it was asked before anything was there');
      throw new Error('no');
    };

    await assert.rejects(writeTogether(texts(folder), { mayReplace: true, validate }), /^Error: no$/);
    assert.deepEqual(await readdir(folder.path), []);
  });

  test('a folder that cannot be made is told by the name of the file', async () => {
    await using folder = await makeFolder();
    await mkdir(folder.file('one'));
    await writeFile(folder.file('deep'), 'a file');

    const writing = writeTogether(texts(folder), { mayReplace: true, validate: async () => undefined });

    await assert.rejects(writing, { code: 'input-invalid', message: /deep\/two cannot be written/ });
  });
});
