import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';

/** 0: done, or GO. 1: NO-GO. 3: UNDECIDED. 2: an error, and never a verdict. */
export type ExitCode = 0 | 1 | 2 | 3;

/** All that a command knows of the machine it runs on, so that it can be tried without one. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** File names that a person gave are meant from here. */
  readonly cwd: string;
  /** Whether standard output is a terminal. */
  readonly isTty: boolean;
  /** Whether standard error is a terminal: progress is drawn there, or else written as plain lines. */
  readonly isStderrTty: boolean;
  /** Only errors are to be told beside the answer: no progress, no remarks. */
  readonly isQuiet: boolean;
  /** Whether colour is wanted: a terminal, and no NO_COLOR. */
  readonly hasColour: boolean;
  /** Width of the terminal in characters; 80 without one. */
  readonly columns: number;
  readonly now: () => Date;
  /** Aborts when the person interrupts, or when nobody reads the output any longer. */
  readonly signal: AbortSignal;
}

/**
 * One command of the command line, in `commands/<name>.ts`.
 *
 * The module is loaded to show help, so it imports lightly: what the work needs is imported inside `run`.
 */
export interface CommandModule<Options extends object = object> {
  /** One or two words: `gate`, `policy check`. */
  readonly name: string;
  /** What it does, in a line of the overall help. */
  readonly summary: string;
  /** At least one; each has `gatehouse` and the name in it, perhaps with a pipe around. */
  readonly examples: readonly Example[];
  /** Declares arguments and options. */
  define(command: Command): void;
  /**
   * Told the words after the name of a line that cannot be understood, before it is refused: for a command whose
   * output a script reads and that owes it a word even then.
   */
  refused?(words: readonly string[], io: Io): void;
  /**
   * Does it. `options` are as declared in `define`, `args` the words beside them.
   *
   * Resolves with the exit code. Throws GatehouseError for what the caller should know; anything else is our bug.
   * Leaves nothing running.
   */
  run(options: Options, io: Io, args: readonly string[]): Promise<ExitCode>;
}

export interface Example {
  readonly line: string;
  readonly does: string;
}

/** A command that is loaded when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<CommandModule>;
}
