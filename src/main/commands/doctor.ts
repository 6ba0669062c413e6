import type { CommandModule, Io } from '../command.ts';
import type { Point } from '../doctor/point.ts';

interface DoctorOptions {
  readonly config?: string;
  readonly offline?: true;
  readonly json?: true;
}

export const command: CommandModule<DoctorOptions> = {
  name: 'doctor',
  summary: 'look at all that an installation needs, and say what to do (exit 2 when something is a problem)',
  examples: [
    {
      line: 'gatehouse doctor',
      does: 'Node, configuration, store, disk, and each source: address, TLS, token, rights, clock',
    },
    { line: 'gatehouse doctor --offline --json', does: 'only this machine, for machines' },
  ],
  define: (command) => {
    command
      .option('--offline', 'ask nothing outside of this machine')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const { examineInstallation } = await import('../doctor/doctor.ts');
    const isJson = options.json === true;
    const points: Point[] = [];
    const show = await lineWriter(io);
    await examineInstallation(
      {
        config: options.config,
        isOffline: options.offline === true,
        tell: (found) => {
          points.push(...found);
          if (!isJson) found.forEach(show);
        },
      },
      io,
    );
    const count = (state: Point['state']): number => points.filter((point) => point.state === state).length;
    const problems = count('problem');
    if (isJson) {
      const { toJsonLine } = await import('../json-line.ts');
      const told = points.map(({ about, state, says, todo }) => ({ about, state, says, todo: todo ?? null }));
      io.stdout.write(toJsonLine({ ok: problems === 0, points: told }));
    } else {
      io.stdout.write(`${counted(problems, 'problem')}, ${counted(count('warning'), 'warning')}\n`);
    }
    return problems === 0 ? 0 : 2;
  },
};

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const COLOURS = { ok: 32, warning: 33, problem: 31 } as const;

async function lineWriter(io: Io): Promise<(point: Point) => void> {
  const { toPlainLine } = await import('../../reports/plain-text.ts');
  return ({ about, state, says, todo }) => {
    const word = state.padEnd(7);
    const shown = io.hasColour ? `\u001b[${COLOURS[state]}m${word}\u001b[0m` : word;
    io.stdout.write(`${shown}  ${toPlainLine(about)}: ${toPlainLine(says)}\n`);
    if (todo !== undefined) io.stdout.write(`         ${toPlainLine(todo)}\n`);
  };
}
