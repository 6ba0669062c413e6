import type { Scope } from '../../domain/scope.ts';
import type { CaseResult } from '../../policy/trial/run-case.ts';
import type { WrittenCase } from '../case-files.ts';
import type { CommandModule, Io } from '../command.ts';

interface PolicyTestOptions {
  readonly policy?: string;
  readonly config?: string;
  readonly json?: true;
}

type Tried = WrittenCase & CaseResult;

export const command: CommandModule<PolicyTestOptions> = {
  name: 'policy test',
  summary: 'judge the cases of files by a policy, and tell which are not as expected (exit 1)',
  examples: [
    { line: 'gatehouse policy test cases.yaml', does: 'by the policy of gatehouse.yaml' },
    {
      line: 'gatehouse policy test --policy strict cases.yaml --json',
      does: 'by a preset or a file, for machines',
    },
  ],
  define: (command) => {
    command
      .argument('<file...>', 'case files')
      .option('--policy <policy>', 'a preset (strict, balanced, development, pre-production) or a file')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, files) {
    const [{ readConfiguration }, { policyNamed }, { runCase }] = await Promise.all([
      import('../configuration.ts'),
      import('../policies.ts'),
      import('../../policy/trial/run-case.ts'),
    ]);
    const { policy: configured, scopes } = await readConfiguration(io, options.config);
    const policy = await policyNamed(options.policy, io, configured, scopes);
    const tried = (await readAll(files, scopes, io)).map((written) => ({
      ...written,
      ...runCase(written.one, policy),
    }));
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine({ policy: policy.name, cases: tried.map(toJson) }));
    } else await tell(tried, io);
    return tried.every(({ differences }) => differences.length === 0) ? 0 : 1;
  },
};

/** Every problem of every file at once. */
async function readAll(
  files: readonly string[],
  scopes: readonly Scope[],
  io: Io,
): Promise<readonly WrittenCase[]> {
  const [{ readCases }, { GatehouseError, isGatehouseError }, { resolve }] = await Promise.all([
    import('../case-files.ts'),
    import('../../domain/errors.ts'),
    import('node:path'),
  ]);
  const read = await Promise.allSettled(files.map((file) => readCases(resolve(io.cwd, file), file, scopes)));
  const told = read.flatMap((one): readonly string[] => {
    if (one.status === 'fulfilled') return [];
    if (!isGatehouseError(one.reason)) throw one.reason;
    return [one.reason.message];
  });
  if (told.length > 0) throw new GatehouseError('config-invalid', told.join('; '));
  return read.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}

function toJson({ file, line, one, expected, actual, differences }: Tried) {
  return {
    file,
    line: line ?? null,
    case: one.case,
    ok: differences.length === 0,
    expected,
    actual,
    differences,
  };
}

async function tell(tried: readonly Tried[], io: Io): Promise<void> {
  const { toPlainLine } = await import('../../reports/plain-text.ts');
  const failed = tried.filter(({ differences }) => differences.length > 0);
  for (const { file, line, one, differences } of failed) {
    io.stdout.write(`${toPlainLine(`${file}${line === undefined ? '' : `:${line}`}: ${one.case}`)}\n`);
    for (const difference of differences) io.stdout.write(`  ${toPlainLine(difference)}\n`);
  }
  io.stdout.write(
    `${tried.length} ${tried.length === 1 ? 'case' : 'cases'}, ${failed.length === 0 ? 'all as expected' : `${failed.length} not as expected`}\n`,
  );
}
