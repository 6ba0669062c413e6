/** A figure of memory or of the event loop is of a process that does only the measured thing. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs a module of this folder in a fresh process; gives what its last line of output says in JSON. */
export async function runChild<T>(module: string, args: readonly string[]): Promise<T> {
  const path = fileURLToPath(new URL(module, import.meta.url));
  // The launcher keeps compiled code, too: what is measured is the product's second start, not its first.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'gatehouse-bench-code') };
  const child = spawn(process.execPath, [path, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code !== 0) throw new Error(`${module} ${args.join(' ')} ended with code ${code}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as T;
}

export interface Watched<T> {
  readonly result: T;
  readonly ms: number;
  /** Resident memory of the whole process, all threads, at its highest, in MB of a million bytes. */
  readonly peakMb: number;
  /** The longest time for which the event loop of this thread did not turn. */
  readonly stallMs: number;
}
