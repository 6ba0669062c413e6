import { type ErrorCode, GatehouseError } from '../domain/errors.ts';
import { reasonOf } from '../platform/reason.ts';
import { toPlainLine } from '../reports/plain-text.ts';
import type { ExitCode } from './command.ts';

/** The command line could not be understood. */
export class UsageError extends GatehouseError {
  /** The command line that tells how it is used. */
  readonly tryInstead: string;

  constructor(message: string, tryInstead: string) {
    super('input-invalid', message);
    this.tryInstead = tryInstead;
  }
}

/** What to do about a failure whose message cannot say it, because the code alone tells. */
const advice: Partial<Record<ErrorCode, string>> = {
  'rate-limited': 'the same again in a few minutes',
  'source-unavailable': 'the same again later; nothing that was stored is lost',
};

export interface Failure {
  readonly exitCode: ExitCode;
  /** For standard error, ending in a line feed. */
  readonly text: string;
}

/**
 * A failure in words for a person: one line, and one on what to try where there is something. Our own bug shows its
 * stack, since whoever reports it needs it. The exit code is never that of a verdict.
 */
export function describeFailure(error: unknown): Failure {
  if (error instanceof GatehouseError) {
    const hint = error instanceof UsageError ? error.tryInstead : advice[error.code];
    return { exitCode: 2, text: `gatehouse: ${toPlainLine(error.message)}\n${hint ? `try ${hint}\n` : ''}` };
  }
  const unwritten = unwrittenOutput(error);
  if (unwritten !== undefined) return { exitCode: 2, text: `gatehouse: ${unwritten}\n` };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: 2,
    text: `gatehouse: a bug in Gatehouse, not in what you did; please report it with this:\n${stack}\n`,
  };
}

/** A full disk behind `> file` is not our bug. */
function unwrittenOutput(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error) || error.syscall !== 'write')
    return undefined;
  if ('path' in error && error.path !== undefined) return undefined;
  return `the output cannot be written: ${reasonOf(error)}`;
}
