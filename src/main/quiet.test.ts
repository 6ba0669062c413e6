/** `--quiet`: the answer stays as it is, and nothing stands beside it but errors. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeFolder, runCli } from '../../test/support/cli.ts';
import { trialIo } from '../../test/support/trial-io.ts';
import { type TrialLine, trialLine } from '../../test/support/trial-line.ts';
import { type SampleEnvironment, type SampleEstate, startSampleEstate } from '../sandbox/estate/estate.ts';
import type { CommandEntry, Io } from './command.ts';
import { runProgram } from './program.ts';
import { createProgress } from './progress.ts';

const sourceOf = (name: string, { url, environmentId }: SampleEnvironment): string =>
  `  - { name: ${name}, kind: dynatrace, url: "${url}/e/${environmentId}", token: { env: TOKEN_${name} } }`;

describe('what prints progress or remarks', () => {
  let estate: SampleEstate;
  let line: TrialLine;
  const env: Record<string, string> = {};
  before(async () => {
    estate = await startSampleEstate({ at: Date.now(), problems: 5 });
    const { certification, production } = estate;
    env.TOKEN_a = certification.token;
    env.TOKEN_b = production.token;
    line = await trialLine({
      'gatehouse.yaml':
        `sources:\n${sourceOf('a', certification)}\n${sourceOf('b', production)}\n`.replaceAll(
          ' }\n',
          ', allowPrivate: true }\n',
        ),
      'promotion.yaml': JSON.stringify({
        mode: 'evaluate',
        certification_environment: {
          url: `${certification.url}/e/${certification.environmentId}`,
          token: `\${TOKEN_a}`,
          management_zones: [certification.zone],
        },
        assessment_rules: { excluded_cves: ['CVE-2021-44228'] },
      }),
    });
  });
  after(async () => {
    await estate.close();
    await line[Symbol.asyncDispose]();
  });

  for (const words of [
    ['collect', '--full'],
    ['start'],
    ['gate', '--save-baseline', 'now'],
    ['gate', '-c', 'promotion.yaml', '-f', 'json', '-o', 'report.json'],
    ['migrate', 'promotion.yaml'],
  ]) {
    test(`gatehouse ${words.join(' ')}`, async () => {
      const at = new Date();
      const loud = await line.run(words, { env, at });
      const [behind, before] = [
        await line.run([...words, '--quiet'], { env, at }),
        await line.run(['-q', ...words], { env, at }),
      ];

      assert.notEqual(loud.stderr, '');
      for (const quiet of [behind, before]) {
        assert.equal(quiet.stderr, '', quiet.message);
        assert.equal(quiet.exitCode, loud.exitCode);
        assert.notEqual(quiet.stdout, '');
      }
    });
  }

  test('errors are told all the same', async () => {
    const { exitCode, message } = await line.run(['collect', 'nobody', '--quiet'], { env });

    assert.equal(exitCode, undefined);
    assert.match(message, /no source nobody/);
  });
});

test('a mistake in the line is told on standard error with --quiet, too, and exits 2', async () => {
  await using folder = await makeFolder();

  const { code, stdout, stderr } = await runCli(['findings', '--quiet', '--nope'], { cwd: folder.path });

  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^gatehouse: unknown option '--nope'/);
});

test('a command is quiet by --quiet, -q and before its name, and otherwise is not', async () => {
  const seen: boolean[] = [];
  const given: object[] = [];
  const entry: CommandEntry = {
    name: 'policy check',
    load: async () => ({
      name: 'policy check',
      summary: 'checks',
      examples: [],
      define: () => undefined,
      run: async (options, { isQuiet }) => {
        seen.push(isQuiet);
        given.push(options);
        return 0;
      },
    }),
  };

  for (const words of ['policy check --quiet', 'policy check -q', '-q policy check', 'policy check'])
    await runProgram(words.split(' '), trialIo().io, [entry]);

  assert.deepEqual(seen, [true, true, true, false]);
  assert.deepEqual(given, [{}, {}, {}, {}], 'it is no option of the command');
});

test('standard input is not opened for being quiet', async () => {
  let isOpened = false;
  const { io } = trialIo();
  const watched: Io = {
    ...io,
    get stdin() {
      isOpened = true;
      return io.stdin;
    },
  };
  const entry: CommandEntry = {
    name: 'gate',
    load: async () => ({
      name: 'gate',
      summary: '',
      examples: [],
      define: () => undefined,
      run: async () => 0,
    }),
  };

  await runProgram(['gate', '--quiet'], watched, [entry]);

  assert.equal(isOpened, false);
});

test('progress that is drawn on a terminal is not drawn when it is to be quiet', () => {
  const [loud, quiet] = [trialIo({ isStderrTty: true }), trialIo({ isStderrTty: true, isQuiet: true })];

  for (const { io } of [loud, quiet]) {
    const progress = createProgress(io);
    progress.show('a', '1 of 2');
    progress.note('wait');
    progress.done('a', '2 of 2');
    progress.end();
  }

  assert.notEqual(loud.stderr(), '');
  assert.equal(quiet.stderr(), '');
});
