import type { CheckedConfiguration, ConfigurationPoint } from '../check-configuration.ts';
import type { CommandModule } from '../command.ts';

interface ConfigCheckOptions {
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<ConfigCheckOptions> = {
  name: 'config check',
  summary:
    'read the configuration and what it refers to, and tell all that is wrong (exit 2 when anything is)',
  examples: [
    { line: 'gatehouse config check', does: 'gatehouse.yaml, its policy, its waivers, its variables' },
    { line: 'gatehouse config check -c nothing-configured.yaml --json', does: 'another file, for machines' },
  ],
  define: (command) => {
    command
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const { checkConfiguration } = await import('../check-configuration.ts');
    const checked = await checkConfiguration(io, options.config);
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine(toJson(checked)));
    } else {
      const { toPlainLine } = await import('../../reports/plain-text.ts');
      io.stdout.write(
        inWords(checked)
          .map((line) => `${toPlainLine(line)}\n`)
          .join(''),
      );
    }
    return problemsIn(checked).length > 0 ? 2 : 0;
  },
};

function problemsIn({ points }: CheckedConfiguration): readonly ConfigurationPoint[] {
  return points.filter(({ kind }) => kind === 'problem');
}

function toJson(checked: CheckedConfiguration) {
  const { examined, points } = checked;
  const told = (kind: ConfigurationPoint['kind']) =>
    points
      .filter((point) => point.kind === kind)
      .map(({ file, path, line, message }) => ({ file, path: path || null, line: line ?? null, message }));
  return {
    configuration: examined?.text === undefined ? null : examined.path,
    ok: problemsIn(checked).length === 0,
    problems: told('problem'),
    warnings: told('warning'),
  };
}

function inWords(checked: CheckedConfiguration): readonly string[] {
  const { examined, points } = checked;
  const problems = problemsIn(checked).length;
  const warnings = points.length - problems;
  const what =
    examined?.text === undefined && problems === 0 ? 'no gatehouse.yaml here, all as it comes' : 'checked';
  return [
    ...points.map(({ kind, file, path, line, message }) => {
      const at = `${file}${line === undefined ? '' : `:${line}`}`;
      return `${kind.padEnd(7)}  ${at}: ${path === '' ? '' : `${path}: `}${message}`;
    }),
    `${what}: ${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`,
  ];
}

function counted(count: number, what: string): string {
  return count === 0 ? `no ${what}s` : `${count} ${what}${count === 1 ? '' : 's'}`;
}
