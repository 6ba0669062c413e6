/** The command line in a folder of its own, one line after the other, without a process for each. */
import { writeFile } from 'node:fs/promises';
import { isGatehouseError } from '../../src/domain/errors.ts';
import { commands } from '../../src/main/commands.ts';
import { runProgram } from '../../src/main/program.ts';
import { makeFolder } from './cli.ts';
import { trialIo } from './trial-io.ts';

export interface TrialLine extends AsyncDisposable {
  readonly path: string;
  write(name: string, text: string): Promise<void>;
  /** At this moment, by this person, when given. */
  run(args: readonly string[], given?: TrialGiven): Promise<TrialEnd>;
}

interface TrialGiven {
  readonly at?: Date;
  readonly env?: Readonly<Record<string, string>>;
}

export interface TrialEnd {
  /** Undefined: it ended with an error, which is exit 2. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Of the error it ended with. */
  readonly message: string;
}

export async function trialLine(files: Readonly<Record<string, string>> = {}): Promise<TrialLine> {
  const folder = await makeFolder();
  const write = (name: string, text: string): Promise<void> => writeFile(folder.file(name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return {
    path: folder.path,
    write,
    run: async (args, { at = new Date('2026-06-01T12:00:00Z'), env = {} } = {}) => {
      const trial = trialIo({ cwd: folder.path, now: () => at, env });
      const end = (exitCode: number | undefined, message: string): TrialEnd => ({
        exitCode,
        stdout: trial.stdout(),
        stderr: trial.stderr(),
        message,
      });
      try {
        return end(await runProgram(args, trial.io, commands), '');
      } catch (error) {
        if (!isGatehouseError(error)) throw error;
        return end(undefined, error.message);
      }
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
