/** A first configuration from nothing: written at a real terminal, and then collected and judged by. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { type SampleEstate, startSampleEstate } from '../../src/sandbox/estate/estate.ts';
import { makeFolder, runCli } from '../support/cli.ts';
import { readJenkinsfile } from '../support/jenkinsfile.ts';
import { atTerminal, hasTerminal } from '../support/terminal.ts';
import { trivyScan } from '../support/trivy-scan.ts';

const Verdict = z.object({
  evidence: z.array(z.object({ source: z.string(), state: z.string() })),
});
const LAUNCHER = fileURLToPath(new URL('../../bin/gatehouse.js', import.meta.url));
let estate: SampleEstate;
before(async () => {
  estate = await startSampleEstate({ at: Date.now(), problems: 20, latency: { default: 0 } });
});
after(() => estate.close());

const address = (): string => {
  const { url, environmentId } = estate.certification;
  return `${url}/e/${environmentId}`;
};

/** A person who answers each question once it stands there; what is typed is sent as it is. */
async function answering(
  cwd: string,
  args: readonly string[],
  answers: readonly (readonly [question: RegExp, typed: string])[],
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const env = { PATH: process.env.PATH, HOME: cwd, NO_COLOR: '1', TERM: 'xterm' };
  const child = atTerminal([process.execPath, LAUNCHER, ...args], cwd, env);
  let shown = '';
  let seen = 0;
  const left = [...answers];
  child.stdout?.on('data', (chunk) => {
    shown += String(chunk);
    const [question, typed] = left[0] ?? [];
    if (question === undefined || typed === undefined || !question.test(shown.slice(seen))) return;
    left.shift();
    seen = shown.length;
    child.stdin?.write(typed);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  assert.deepEqual(left, [], `not asked for; but:\n${shown}`);
  return { code, shown };
}

if (hasTerminal()) describe('at a real terminal', atRealTerminal);

function atRealTerminal(): void {
  test('answers become a configuration that collects and judges', async () => {
    await using folder = await makeFolder();

    const asked = await answering(
      folder.path,
      ['init'],
      [
        [/Address .*: /, `${address()}\r`],
        [/variable .*: /, `${estate.certification.token}\r`],
        [/token itself[\s\S]*variable .*: /, 'SHOP_TOKEN\r'],
        [/zones.*: /, `${estate.certification.zone}\r`],
        [/Scan files.*: /, '\r'],
        [/Policy.*: /, '\r'],
        [/to ship.*: /, 'shop 4.2\r'],
        [/pipeline.*: /, '\r'],
        [/Write gatehouse\.yaml\?.*: /, '\r'],
      ],
    );
    const env = { SHOP_TOKEN: estate.certification.token };
    const collected = await runCli(['collect'], { cwd: folder.path, env });
    const judged = await runCli(['gate', '--format', 'json'], { cwd: folder.path, env });

    assert.equal(asked.code, 0, asked.shown);
    assert.ok(!(await readFile(folder.file('gatehouse.yaml'), 'utf8')).includes(env.SHOP_TOKEN));
    assert.equal(collected.code, 0, collected.stderr);
    assert.match(collected.stdout, /dynatrace: complete, 20 problems/);
    assert.equal(judged.code, 1, judged.stderr);
    assert.equal(JSON.parse(judged.stdout).release, 'shop 4.2');
  });

  test('Ctrl-C in the middle ends with 2, a word, and no file', async () => {
    await using folder = await makeFolder();

    const ended = await answering(
      folder.path,
      ['init'],
      [
        [/Address .*: /, `${address()}\r`],
        [/variable .*: /, '\u0003'],
      ],
    );

    assert.equal(ended.code, 2, ended.shown);
    assert.match(ended.shown, /you left before the end; nothing was written/);
    assert.doesNotMatch(ended.shown, /ended before the command was done|at .*\.ts:/);
    assert.deepEqual(
      (await readdir(folder.path)).filter((name) => name !== '.cache'),
      [],
    );
  });
}

describe('--check', () => {
  const init = (...args: string[]): string[] => ['init', '--dynatrace', address(), '--check', ...args];

  test('says that the token works, and how much there is', async () => {
    await using folder = await makeFolder();

    const ended = await runCli(init(), {
      cwd: folder.path,
      env: { DYNATRACE_TOKEN: estate.certification.token },
    });

    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /dynatrace: the token works, 20 problems/);
  });

  test('names a zone that the environment does not know', async () => {
    await using folder = await makeFolder();

    const ended = await runCli(init('--zone', 'Chekout'), {
      cwd: folder.path,
      env: { DYNATRACE_TOKEN: estate.certification.token },
    });

    assert.match(ended.stdout, /Chekout/);
  });

  for (const [what, env, said] of [
    ['that is not there', {}, /environment variable DYNATRACE_TOKEN is not set/],
    [
      'that is refused',
      { DYNATRACE_TOKEN: `dt0c01.${'A'.repeat(24)}.${'B'.repeat(64)}` },
      /401.*securityProblems\.read/,
    ],
  ] as const) {
    test(`with a token ${what} ends with 2 and writes nothing`, async () => {
      await using folder = await makeFolder();

      const ended = await runCli(init(), { cwd: folder.path, env });

      assert.equal(ended.code, 2);
      assert.match(ended.stderr, said);
      assert.ok(!ended.stderr.includes('BBBB'));
      assert.ok(!(await readdir(folder.path)).includes('gatehouse.yaml'));
    });
  }
});

describe('the pipeline that is written beside it', () => {
  const gatehouse = `${process.execPath} ${LAUNCHER}`;

  async function made(kind: string, file: string) {
    const folder = await makeFolder();
    await writeFile(
      folder.file('trivy.json'),
      trivyScan({ entries: [{ id: 'CVE-2024-1001', severity: 'CRITICAL' }] }),
    );
    const args = ['--dynatrace', address(), '--token-env', 'SHOP_TOKEN', '--scan', 'trivy.json'];
    const ended = await runCli(['init', ...args, '--pipeline', kind, '--output', 'my.yaml'], {
      cwd: folder.path,
    });
    assert.equal(ended.code, 0, ended.stderr);
    return { folder, text: await readFile(folder.file(file), 'utf8') };
  }

  /** Collected, taken in and judged: the verdict is about both. */
  async function assertJudged(
    cwd: string,
    script: string,
    given: Readonly<Record<string, string>>,
    json: string,
  ): Promise<void> {
    const env = {
      PATH: process.env.PATH,
      HOME: cwd,
      NO_COLOR: '1',
      GATEHOUSE_COMMAND: gatehouse,
      SHOP_TOKEN: estate.certification.token,
      ...given,
    };
    const child = spawn('bash', ['-eo', 'pipefail', '-c', script], { cwd, env, stdio: 'pipe' });
    let stderr = '';
    child.stdout.resume();
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const [code] = await once(child, 'close');
    assert.equal(code, 1, stderr);
    const { evidence } = Verdict.parse(JSON.parse(await readFile(`${cwd}/${json}`, 'utf8')));
    assert.deepEqual(evidence.map(({ source, state }) => `${source} ${state}`).sort(), [
      'dynatrace complete',
      'scan:trivy/Trivy complete',
    ]);
  }

  test('of a shell judges by the configuration', async () => {
    const { folder } = await made('shell', 'gatehouse-gate.sh');
    await using _ = folder;

    await assertJudged(folder.path, './gatehouse-gate.sh', {}, 'gatehouse-reports/verdict.json');
  });

  test('of GitLab does', async () => {
    const { folder, text } = await made('gitlab', 'gatehouse.gitlab-ci.yml');
    await using _ = folder;
    const file = parse(text);
    const { GATEHOUSE_COMMAND: _command, ...variables } = {
      ...file['.gatehouse'].variables,
      ...file.gate.variables,
    };

    assert.equal(file.gate.extends, '.gatehouse');
    await assertJudged(folder.path, file['.gatehouse'].script.join('\n'), variables, 'gatehouse.json');
  });

  test('of Jenkins does', async () => {
    const { folder, text } = await made('jenkins', 'Jenkinsfile');
    await using _ = folder;
    const { environment, shellScripts } = readJenkinsfile(text);

    assert.equal(environment.SHOP_TOKEN, "credentials('SHOP_TOKEN')");
    assert.equal(environment.GATEHOUSE_CONFIG, 'my.yaml');
    await assertJudged(folder.path, shellScripts[0] ?? '', { GATEHOUSE_CONFIG: 'my.yaml' }, 'gatehouse.json');
  });

  test('of GitHub gives the action what it asks for', async () => {
    const { folder, text } = await made('github', '.github/workflows/gatehouse.yml');
    await using _ = folder;
    const action = parse(
      await readFile(new URL('../../deploy/pipelines/github/action.yml', import.meta.url), 'utf8'),
    );
    const step = parse(text).jobs.gate.steps.find((one: { id?: string }) => one.id === 'gatehouse');
    const variables = Object.fromEntries(
      Object.entries<string>(action.runs.steps[0].env).map(([name, expression]) => {
        const input = /inputs\.(\w+)/.exec(expression)?.[1] ?? '';
        return [name, step.with[input] ?? action.inputs[input].default ?? ''];
      }),
    );

    assert.deepEqual(step.env, { SHOP_TOKEN: `\${{ secrets.SHOP_TOKEN }}`, GATEHOUSE_CONFIG: 'my.yaml' });
    assert.deepEqual(Object.keys(step.with), ['collect', 'import']);
    await assertJudged(
      folder.path,
      action.runs.steps[0].run.replace(/^GATEHOUSE_COMMAND="[^"]*" /, ''),
      {
        ...variables,
        GITHUB_TOKEN: '',
        GITHUB_ACTION_PATH: fileURLToPath(new URL('../../deploy/pipelines/github', import.meta.url)),
        GATEHOUSE_CONFIG: 'my.yaml',
      },
      'gatehouse-reports/verdict.json',
    );
  });
});
