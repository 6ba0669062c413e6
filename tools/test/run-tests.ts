import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestRun {
  /** Folder that holds src, test, tools and bench. */
  readonly root: string;
  /** Files and folders below the root; none: everything. */
  readonly paths: readonly string[];
  /** Only tests whose name matches. */
  readonly name?: string | undefined;
  /** What some tests need and this machine does not have. */
  readonly missing: readonly string[];
  /** With CI=true leaving something out is a failure. */
  readonly isCi: boolean;
  /** For a file with all its tests. */
  readonly fileSeconds: number;
}

/** Loaded into every process that runs a file. */
const preloads = ['no-network', 'deadline'].map(
  (name) => `--import=${new URL(`../../test/support/${name}.ts`, import.meta.url)}`,
);

/** Runs tests on the streams of this process; gives the exit code. */
export async function runTests(run: TestRun): Promise<number> {
  const files = testFiles(run);
  if (files.length === 0) {
    process.stderr.write(`test: there are no tests below ${run.paths.join(', ') || run.root}\n`);
    return 2;
  }
  const told = run.missing.map((need) => `left out: tests that need ${need}\n`).join('');
  process.stdout.write(told);
  const code = await runNode(run, files);
  // On standard error, so that the summary stays the last of standard output.
  process.stderr.write(told);
  if (code !== 0) return 1;
  if (run.missing.length > 0 && run.isCi) {
    process.stderr.write('test: with CI=true nothing may be left out\n');
    return 1;
  }
  return 0;
}

async function runNode(run: TestRun, files: readonly string[]): Promise<number | null> {
  const args = [
    '--test',
    '--test-concurrency=2',
    `--test-timeout=${run.fileSeconds * 1000}`,
    '--test-reporter=spec',
    ...(run.name ? [`--test-name-pattern=${run.name}`] : []),
    ...preloads,
    ...files,
  ];
  // A run of tests inside a test must not think that it is part of it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // Hundreds of processes load the same modules: each is compiled once.
  const compiled = await mkdtemp(join(tmpdir(), 'gatehouse-test-code-'));
  try {
    const child = spawn(process.execPath, args, {
      cwd: run.root,
      env: {
        ...env,
        NODE_COMPILE_CACHE: compiled,
        GATEHOUSE_TEST_FILE_SECONDS: String(run.fileSeconds),
      },
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    const [code] = await once(child, 'close');
    return code;
  } finally {
    await rm(compiled, { recursive: true, force: true, maxRetries: 5 });
  }
}

function testFiles({ root, paths }: TestRun): readonly string[] {
  const all = globSync('{src,test,tools,bench}/**/*.test.ts', { cwd: root }).sort();
  if (paths.length === 0) return all;
  const wanted = paths.map((path) => path.replace(/^\.\//, '').replace(/\/+$/, ''));
  return all.filter((file) => wanted.some((path) => file === path || file.startsWith(`${path}/`)));
}
