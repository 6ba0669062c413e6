/** The files of `deploy/pipelines`, run as their pipelines run them, against the real command line. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { startGitHub } from '../../src/sandbox/code-hosts/github.ts';
import { startGitLab } from '../../src/sandbox/code-hosts/gitlab.ts';
import { makeFolder } from '../support/cli.ts';
import { readJenkinsfile } from '../support/jenkinsfile.ts';
import { trivyScan } from '../support/trivy-scan.ts';

const PIPELINES = fileURLToPath(new URL('../../deploy/pipelines/', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../bin/gatehouse.js', import.meta.url));
const VERSION = z
  .object({ version: z.string() })
  .parse(JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))).version;
const COMMIT = '4f1c2b3a'.repeat(5);

const SCANS: Readonly<Record<string, string>> = {
  'clean.json': trivyScan({ entries: [] }),
  'harmful scan.json': trivyScan({
    entries: [{ id: 'CVE-2024-1001', severity: 'CRITICAL', fixed: '2.0.0' }],
  }),
  'cut.json': trivyScan({ entries: [] }).slice(0, -20),
};

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In a folder of its own that holds the scans. */
async function run(
  t: TestContext,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<Ended & { readonly file: (name: string) => string; readonly path: string }> {
  const folder = await makeFolder();
  t.after(() => folder[Symbol.asyncDispose]());
  for (const [name, text] of Object.entries(SCANS)) await writeFile(folder.file(name), text);
  const child = spawn('bash', ['-eo', 'pipefail', '-c', script], {
    cwd: folder.path,
    env: {
      PATH: process.env.PATH,
      HOME: folder.path,
      NO_COLOR: '1',
      GATEHOUSE_COMMAND: `${process.execPath} ${LAUNCHER}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr, file: folder.file, path: folder.path };
}

const GATE = `sh ${PIPELINES}shell/gate.sh`;

test('the shell script ends as the verdict says, and leaves every report', async (t) => {
  const go = await run(t, GATE, { GATEHOUSE_SCANS: 'clean.json' });
  const noGo = await run(t, GATE, { GATEHOUSE_SCANS: 'clean.json\nharmful scan.json' });
  const undecided = await run(t, GATE, { GATEHOUSE_SCANS: 'clean.json\ncut.json' });
  const error = await run(t, GATE, { GATEHOUSE_SCANS: 'missing.json' });

  assert.deepEqual(
    [go, noGo, undecided, error].map(({ code }) => code),
    [0, 1, 3, 2],
    noGo.stderr,
  );
  assert.deepEqual((await readdir(noGo.file('gatehouse-reports'))).sort(), [
    'gl-code-quality.json',
    'verdict.html',
    'verdict.json',
    'verdict.md',
    'verdict.sarif',
    'verdict.xml',
  ]);
});

test('options of the shell script are words, whatever characters are in them', async (t) => {
  const ended = await run(t, GATE, {
    GATEHOUSE_SCANS: 'clean.json',
    GATEHOUSE_OPTIONS: '--release\n$(touch harmed) `touch harmed` * "shop"',
  });

  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /\$\(touch harmed\) `touch harmed` \* "shop"/);
  assert.ok(!(await readdir(ended.path)).includes('harmed'));
});

const Action = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string().optional() })),
  outputs: z.record(z.string(), z.object({ value: z.string() })),
  runs: z.object({
    using: z.literal('composite'),
    steps: z.array(
      z.strictObject({
        id: z.string(),
        shell: z.literal('bash'),
        env: z.record(z.string(), z.string()),
        run: z.string(),
      }),
    ),
  }),
});

async function readAction(): Promise<z.infer<typeof Action>> {
  return Action.parse(parse(await readFile(`${PIPELINES}github/action.yml`, 'utf8')));
}

/** What the runner makes of the expressions of a step's variables. */
function variables(
  { inputs, runs }: z.infer<typeof Action>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(runs.steps[0]?.env ?? {}).map(([name, expression]) => {
      const input = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(expression)?.[1] ?? '';
      assert.ok(input in inputs, `${name}: ${expression}`);
      return [name, given[input] ?? inputs[input]?.default ?? ''];
    }),
  );
}

test('the GitHub action tells the verdict on the pull request and fails the job', async (t) => {
  const action = await readAction();
  await using host = await startGitHub({ token: 'an-invented-token' });
  const folder = await makeFolder();
  t.after(() => folder[Symbol.asyncDispose]());
  await writeFile(
    folder.file('event.json'),
    JSON.stringify({ pull_request: { number: 17, head: { sha: COMMIT } } }),
  );
  const script = (action.runs.steps[0]?.run ?? '').replace(/^GATEHOUSE_COMMAND="[^"]*" /, '');

  const ended = await run(t, script, {
    ...variables(action, { scans: 'harmful scan.json', token: 'an-invented-token' }),
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION_PATH: `${PIPELINES}github`,
    GITHUB_API_URL: host.url,
    GITHUB_REPOSITORY: 'example/shop',
    GITHUB_SHA: COMMIT,
    GITHUB_EVENT_PATH: folder.file('event.json'),
    GITHUB_STEP_SUMMARY: folder.file('summary.md'),
    GITHUB_OUTPUT: folder.file('output'),
  });

  assert.equal(ended.code, 1, ended.stderr);
  assert.equal(host.checks[0]?.conclusion, 'failure');
  assert.match(host.comments[0]?.body ?? '', /CVE-2024-1001/);
  assert.match(await readFile(folder.file('summary.md'), 'utf8'), /CVE-2024-1001/);
  assert.equal(await readFile(folder.file('output'), 'utf8'), 'verdict=NO-GO\nreports=gatehouse-reports\n');
});

test('no input of the GitHub action becomes part of a script', async () => {
  const { runs } = await readAction();

  for (const { run: script } of runs.steps) assert.ok(!script.includes('${{'), script);
});

test('the example workflow asks for the permissions that the action needs and names its inputs', async () => {
  const { inputs } = await readAction();
  const workflow = parse(await readFile(`${PIPELINES}github/workflow.yml`, 'utf8'));

  assert.equal(workflow.permissions.checks, 'write');
  assert.equal(workflow.permissions['pull-requests'], 'write');
  const step = workflow.jobs.gate.steps.find((one: { id?: string }) => one.id === 'gatehouse');
  for (const name of Object.keys(step.with)) assert.ok(name in inputs, name);
});

test('the GitLab job fails on NO-GO, writes a note and leaves its code quality report', async (t) => {
  const job = parse(await readFile(`${PIPELINES}gitlab/gatehouse.gitlab-ci.yml`, 'utf8'))['.gatehouse'];
  await using host = await startGitLab({ token: 'an-invented-token' });
  await using folder = await makeFolder();
  await writeFile(folder.file('harmful.json'), SCANS['harmful scan.json'] ?? '');

  const ended = await run(t, job.script.join('\n'), {
    GATEHOUSE_POLICY: job.variables.GATEHOUSE_POLICY,
    GATEHOUSE_SCANS: folder.file('harmful.json'),
    GITLAB_CI: 'true',
    GITLAB_TOKEN: 'an-invented-token',
    CI_API_V4_URL: host.url,
    CI_PROJECT_ID: '42',
    CI_COMMIT_SHA: COMMIT,
    CI_MERGE_REQUEST_IID: '7',
  });

  assert.equal(ended.code, 1, ended.stderr);
  assert.equal(job.allow_failure, false);
  assert.match(host.notes[0]?.body ?? '', /CVE-2024-1001/);
  const quality = JSON.parse(await readFile(ended.file(job.artifacts.reports.codequality), 'utf8'));
  assert.ok(Array.isArray(quality) && quality.length > 0);
});

test('the Jenkins stage runs the gate and fails the build on everything but GO', async (t) => {
  const text = await readFile(`${PIPELINES}jenkins/Jenkinsfile`, 'utf8');
  const { shellScripts, steps } = readJenkinsfile(text);

  const ended = await run(t, `cp 'harmful scan.json' trivy.json\n${shellScripts[0]}`, {});

  assert.equal(ended.code, 1, ended.stderr);
  assert.match(await readFile(ended.file('gatehouse.xml'), 'utf8'), /<testsuite/);
  assert.match(text, /if \(code != 0\) \{\s+error\(/);
  assert.equal(shellScripts.length, 1);
  for (const step of ['stage', 'error', 'junit', 'archiveArtifacts']) assert.ok(steps.includes(step), step);
});

test('a Jenkinsfile that is no Groovy would be found', async () => {
  const text = await readFile(`${PIPELINES}jenkins/Jenkinsfile`, 'utf8');

  for (const broken of [
    text.slice(0, -4),
    text.replace("'''", "''"),
    text.replace('returnStatus: true,', 'returnStatus true'),
  ])
    assert.throws(() => readJenkinsfile(broken), /is no Groovy/);
});

test('every pipeline names the version it came with', async () => {
  for (const name of [
    'shell/gate.sh',
    'github/action.yml',
    'gitlab/gatehouse.gitlab-ci.yml',
    'jenkins/Jenkinsfile',
  ]) {
    const text = await readFile(`${PIPELINES}${name}`, 'utf8');
    assert.ok(text.includes(VERSION), name);
  }
});
