import { Readable, Writable } from 'node:stream';
import type { Io } from '../../src/main/command.ts';

export interface TrialIo {
  readonly io: Io;
  /** What was printed so far. */
  stdout(): string;
  stderr(): string;
  /** As the first Ctrl-C does. */
  interrupt(): void;
}

/** The machine as a command sees it, without one: no terminal, no colour, no environment, a moment that stands still. */
export function trialIo(given: Partial<Omit<Io, 'stdout' | 'stderr' | 'signal'>> = {}): TrialIo {
  const [out, err] = [collector(), collector()];
  const cancel = new AbortController();
  return {
    io: {
      stdin: Readable.from([]),
      stdout: out.stream,
      stderr: err.stream,
      env: {},
      cwd: '/',
      isTty: false,
      isStderrTty: false,
      isQuiet: false,
      hasColour: false,
      columns: 100,
      now: () => new Date('2026-06-01T12:00:00Z'),
      signal: cancel.signal,
      ...given,
    },
    stdout: out.text,
    stderr: err.text,
    interrupt: () => cancel.abort(new Error('interrupted')),
  };
}

function collector(): { stream: Writable; text(): string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { stream, text: () => text };
}
