/**
 * Where the examples of the documents are run: a folder with the files they name, a configuration whose sources are
 * emulators, and `gatehouse`, `npm` and `npx` that lead to this checkout. `trivy` stands for a scanner.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type SampleEnvironment, startSampleEstate } from '../../src/sandbox/estate/estate.ts';
import { COMPILED_CODE } from '../support/compiled-code.ts';
import { aSignedVerdict } from '../support/signed-verdict.ts';
import { trivyScan } from '../support/trivy-scan.ts';
import { ROOT, readDocument } from './documents.ts';

export interface World extends AsyncDisposable {
  /** Runs one line in a shell. A line that starts something lasting is interrupted once it has printed. */
  run(line: string): Promise<Shown>;
}

export interface Shown {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `configuration`: as a document shows it; its sources are led to the emulators. */
export async function makeWorld(configuration: string): Promise<World> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-examples-'));
  const file = (name: string): string => join(path, name);
  const estate = await startSampleEstate({ at: Date.now(), problems: 20 });
  const signed = await aSignedVerdict(Date.now());
  const [image, code] = estate.scans;
  if (image === undefined || code === undefined) throw new Error('the sample estate has no scans');
  await symlink(join(ROOT, 'src'), file('src'), 'dir');
  await Promise.all([
    writeFile(
      file('gatehouse.yaml'),
      ledToEmulators(configuration, [estate.certification, estate.production]),
    ),
    writeFile(file('nothing-configured.yaml'), '{}\n'),
    writeFile(file('promotion.yaml'), promotionFile(estate.certification)),
    copyFile(image, file('trivy.json')),
    copyFile(image, file('app.json')),
    copyFile(code, file('codeql.sarif')),
    writeFile(file('cut-off.json'), (await readFile(image, 'utf8')).slice(0, 500)),
    writeFile(file('trivy-low.json'), trivyScan({ entries: [{ id: 'CVE-2099-10001', severity: 'LOW' }] })),
    writeFile(
      file('cases.yaml'),
      '- case: a critical finding blocks\n  mode: evaluate\n  findings: [{ severity: critical }]\n  expect: { verdict: NO-GO, reasons: [{ rule: severity, effect: block, message: "1 finding in 1 problem at or above high: 1 critical", findings: [CVE-2024-0001] }] }\n',
    ),
    writeFile(
      file('pentest.yaml'),
      '- { id: PT-1, title: One, asset: { kind: repository, name: shop }, score: 9.1 }\n',
    ),
    writeFile(
      file('waivers.yaml'),
      '- { id: in-git, vulnerability: CVE-2021-44228, by: bob, reason: reviewed, until: 2099-12-31 }\n',
    ),
    writeFile(file('verdict.intoto.json'), signed.attestation),
    writeFile(file('verdict.bundle'), signed.bundle),
    writeFile(file('gate.pub'), signed.publicPem),
    ...readDocument('docs/guides/import-a-file-of-your-own.md')
      .blocks.filter(({ name }) => name !== '')
      .map(({ name, text }) => writeFile(file(name), text)),
    makePrograms(path),
  ]);
  const env = {
    PATH: [file('bin'), ...(process.env.PATH ?? '').split(delimiter)].join(delimiter),
    HOME: path,
    NO_COLOR: '1',
    ...COMPILED_CODE,
    npm_config_update_notifier: 'false',
    CERTIFICATION_TOKEN: estate.certification.token,
    PRODUCTION_TOKEN: estate.production.token,
  };
  return {
    run: (line) => inShell(line, path, env),
    [Symbol.asyncDispose]: async () => {
      await estate.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

function ledToEmulators(configuration: string, environments: readonly SampleEnvironment[]): string {
  let next = 0;
  const led = configuration.replace(/^( *)url: https:.*$/gm, (_, indent: string) => {
    const to = environments[next++];
    if (to === undefined) throw new Error('the configuration has more sources than there are emulators');
    return `${indent}url: ${to.url}/e/${to.environmentId}\n${indent}allowPrivate: true`;
  });
  if (next !== environments.length)
    throw new Error('the configuration has fewer sources than there are emulators');
  return led;
}

/** As the promotion script had it. */
function promotionFile({ url, environmentId, zone }: SampleEnvironment): string {
  const block = {
    url: `${url}/e/${environmentId}`,
    token: `\${CERTIFICATION_TOKEN}`,
    management_zones: [zone],
  };
  return JSON.stringify({ mode: 'evaluate', certification_environment: block });
}

async function makePrograms(path: string): Promise<void> {
  await mkdir(join(path, 'bin'));
  const programs = {
    gatehouse: `exec '${process.execPath}' '${ROOT}bin/gatehouse.js' "$@"`,
    // As typed in the checkout; the first run is meant to find no configuration.
    npm: `if [ "$1" = start ]; then export GATEHOUSE_CONFIG='${path}/nothing-configured.yaml'; fi\n${beyond('npm')} --prefix '${ROOT}' "$@"`,
    npx: `cd '${ROOT}' && ${beyond('npx')} --no-install "$@"`,
    trivy: `exec cat '${path}/trivy.json'`,
  };
  for (const [name, script] of Object.entries(programs)) {
    const file = join(path, 'bin', name);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }
}

/** The program of that name behind ours. */
function beyond(name: string): string {
  return `PATH="\${PATH#*${delimiter}}" exec ${name}`;
}

const LASTING = /^gatehouse sandbox\b/;

async function inShell(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Shown> {
  const child = spawn('/bin/sh', ['-c', LASTING.test(line) ? `exec ${line}` : line], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (LASTING.test(line)) child.kill('SIGINT');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
