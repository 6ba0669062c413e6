/** A copy of the parts of this checkout that a guide adds to, in a folder that is gone afterwards. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { COMPILED_CODE } from '../support/compiled-code.ts';
import { type Block, ROOT } from './documents.ts';

const NEEDED = ['src', 'test/support', 'bin', 'package.json', 'tsconfig.json', 'biome.json', '.gitignore'];

export interface Ran {
  readonly code: number | null;
  /** Both streams as they came. */
  readonly output: string;
}

export interface Checkout extends AsyncDisposable {
  readonly path: string;
  /** Does what the blocks say: writes those with a file name, applies those that are a diff. */
  follow(blocks: readonly Block[]): Promise<void>;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function copyCheckout(): Promise<Checkout> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-docs-'));
  await Promise.all(NEEDED.map((part) => cp(join(ROOT, part), join(path, part), { recursive: true })));
  await symlink(join(ROOT, 'node_modules'), join(path, 'node_modules'), 'dir');
  return {
    path,
    follow: async (blocks) => {
      for (const block of blocks.filter(({ name }) => name !== '')) {
        const file = join(path, block.name);
        await mkdir(dirname(file), { recursive: true });
        const text = block.language === 'diff' ? patched(await readFile(file, 'utf8'), block) : block.text;
        await writeFile(file, text);
      }
    },
    run: (args, options) => runNode(args, { cwd: path, ...options }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** Lines added before the first one taken away go to the top; what is taken away is the start of a line. */
function patched(text: string, { document, line, text: diff }: Block): string {
  const lines = diff.trimEnd().split('\n');
  const removed = lines.filter((one) => one.startsWith('-')).map((one) => one.slice(1));
  const at = lines.findIndex((one) => one.startsWith('-'));
  const added = (from: number, to: number): string =>
    lines
      .slice(from, to)
      .filter((one) => one.startsWith('+'))
      .map((one) => one.slice(1))
      .join('\n');
  const [before, ...more] = removed;
  if (before === undefined || more.length > 0 || text.split(before).length !== 2)
    throw new Error(`${document}:${line}: the diff does not fit the file`);
  return `${added(0, at)}\n${text.replace(before, () => added(at, lines.length))}`;
}

function runNode(args: readonly string[], { cwd, env }: RunOptions): Promise<Ran> {
  const child = spawn(process.execPath, args, {
    cwd,
    // A test runner inside a test runner would report to the outer one.
    env: { PATH: process.env.PATH, HOME: cwd, NO_COLOR: '1', ...COMPILED_CODE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
