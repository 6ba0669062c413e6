import { GatehouseError } from '../domain/errors.ts';
import type { CommandEntry, Io } from './command.ts';
import { describeFailure } from './failure.ts';
import { runProgram } from './program.ts';

/** As a shell reports a program that SIGINT ended. */
const INTERRUPTED = 130;

/**
 * Runs one command on this process: its streams, environment, signals and exit code.
 *
 * Whatever goes wrong, and wherever, the exit code is 2: never 0, 1 or 3, which are verdicts. The process is left to
 * end by itself, so that output still on its way arrives.
 */
export async function runOnProcess(
  argv: readonly string[],
  commands: readonly CommandEntry[],
): Promise<void> {
  process.exitCode = 2;
  const cancel = new AbortController();
  let isDone = false;
  let isUnread = false;

  const leaveAtOnce = (exitCode: number) => {
    isDone = true;
    process.exit(exitCode);
  };
  process.on('uncaughtException', (error) => {
    process.stderr.write(describeFailure(error).text);
    leaveAtOnce(2);
  });
  process.on('exit', () => {
    if (!isDone) process.stderr.write('gatehouse: ended before the command was done\n');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (cancel.signal.aborted) leaveAtOnce(INTERRUPTED);
      cancel.abort(new GatehouseError('cancelled', 'interrupted'));
    });
  }
  // `gatehouse findings | head`: who reads has seen enough.
  const onUnread = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isUnread = true;
    cancel.abort(new GatehouseError('cancelled', 'nobody reads the output any longer'));
  };
  process.stdout.on('error', onUnread);
  process.stderr.on('error', onUnread);

  try {
    process.exitCode = await runProgram(argv, makeIo(cancel.signal), commands);
  } catch (error) {
    const failure = describeFailure(error);
    process.exitCode = failure.exitCode;
    if (!(isUnread && isCancelled(error))) process.stderr.write(failure.text);
  }
  isDone = true;
}

function makeIo(signal: AbortSignal): Io {
  const { env, stdout, stderr } = process;
  const isTty = stdout.isTTY === true;
  return {
    // Opened when a command asks: an open one that nobody reads can keep the process alive.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    isTty,
    isStderrTty: stderr.isTTY === true,
    isQuiet: false,
    hasColour: wantsColour(env, isTty),
    columns: stdout.columns ?? 80,
    now: () => new Date(),
    signal,
  };
}

/** https://no-color.org: set and not empty means no; a person's FORCE_COLOR wins over what the terminal seems to be. */
export function wantsColour(env: Io['env'], isTty: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTty && env.TERM !== 'dumb';
}

function isCancelled(error: unknown): boolean {
  return error instanceof GatehouseError && error.code === 'cancelled';
}
