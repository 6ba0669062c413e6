/** Progress on standard error: lines redrawn in place on a terminal, a plain line now and then without one. */
import type { Io } from './command.ts';

export interface Progress {
  /** The present state of one of several things under way. */
  show(name: string, text: string): void;
  done(name: string, text: string): void;
  /** A line that stays. */
  note(text: string): void;
  end(): void;
}

const PLAIN_EVERY_MS = 5000;

export function createProgress(io: Io): Progress {
  if (io.isQuiet) return SILENT;
  return io.isStderrTty ? redrawn(io) : plain(io);
}

/** Something done or worth knowing beside the answer. */
export function remark(io: Io, text: string): void {
  if (!io.isQuiet) io.stderr.write(`${text}\n`);
}

const SILENT: Progress = {
  show: () => undefined,
  done: () => undefined,
  note: () => undefined,
  end: () => undefined,
};

function redrawn({ stderr, columns }: Io): Progress {
  const lines = new Map<string, string>();
  let drawn = 0;
  const draw = (): void => {
    const text = [...lines]
      .map(([name, line]) => `\u001b[2K${`${name}: ${line}`.slice(0, columns - 1)}\n`)
      .join('');
    stderr.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${text}`);
    drawn = lines.size;
  };
  const set = (name: string, text: string): void => {
    lines.set(name, text);
    draw();
  };
  return {
    show: set,
    done: set,
    note: (text) => {
      stderr.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}\u001b[2K${text}\n`);
      drawn = 0;
      draw();
    },
    end: () => undefined,
  };
}

function plain({ stderr, now }: Io): Progress {
  const said = new Map<string, number>();
  return {
    show: (name, text) => {
      const at = now().getTime();
      const before = said.get(name);
      if (before === undefined) said.set(name, at);
      else if (at - before >= PLAIN_EVERY_MS) {
        said.set(name, at);
        stderr.write(`${name}: ${text}\n`);
      }
    },
    done: (name, text) => stderr.write(`${name}: ${text}\n`),
    note: (text) => stderr.write(`${text}\n`),
    end: () => undefined,
  };
}
