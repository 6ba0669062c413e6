import { spawn } from 'node:child_process';

export interface Step {
  readonly name: string;
  /** Gives what is wrong, as text for people; empty when all is well. */
  run(): Promise<string>;
}

/**
 * Runs every step, whatever the others find, and says of each how it went and how long it took, with what it found
 * below. A step that breaks down has failed. Gives whether all is well.
 */
export async function runSteps(steps: readonly Step[], write: (text: string) => void): Promise<boolean> {
  const results = await Promise.all(
    steps.map(async (step) => {
      const startedAt = performance.now();
      const found = await step.run().catch((error: unknown) => brokenDown(error));
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const line = `${found === '' ? 'ok  ' : 'FAIL'} ${step.name.padEnd(8)} ${seconds.padStart(5)} s\n`;
      write(found === '' ? line : `${line}${indent(found)}\n`);
      return found === '';
    }),
  );
  return results.every(Boolean);
}

/** A step that runs a program: it fails with what the program printed when the program fails. */
export function programStep(name: string, program: string, args: readonly string[], cwd: string): Step {
  return {
    name,
    run: () =>
      new Promise((resolve, reject) => {
        const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
        let printed = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text));
        child.once('error', reject);
        child.once('close', (code, signal) => {
          if (code === 0) return resolve('');
          resolve(`${printed.trim()}\n${program} ended with ${signal ?? code}`.trim());
        });
      }),
  };
}

function brokenDown(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `       ${line}`)
    .join('\n');
}
