import type { Verdict } from '../../domain/verdict.ts';
import type { CommandModule, ExitCode, Io } from '../command.ts';

interface GateOptions {
  readonly policy?: string;
  readonly scope?: string;
  readonly baseline?: string;
  readonly release?: string;
  readonly scan?: readonly string[];
  readonly scanFormat?: string;
  readonly asset?: string;
  readonly format: string;
  readonly output?: string;
  readonly machineReadable?: true;
  readonly explain?: true;
  readonly config?: string;
}

export const command: CommandModule<GateOptions> = {
  name: 'gate',
  summary: 'decide GO, NO-GO or UNDECIDED for a release (exit 0, 1 or 3; 2 is an error)',
  examples: [
    { line: 'gatehouse gate', does: 'the release of gatehouse.yaml, from what the store holds' },
    {
      line: 'gatehouse gate --scope certification --baseline production',
      does: 'compared with what runs already',
    },
    {
      line: 'gatehouse gate --scan trivy.json codeql.sarif',
      does: 'from these files alone, without store or configuration',
    },
    {
      line: 'gatehouse gate -m --format json --output verdict.json',
      does: 'one word for the pipeline, the report beside it',
    },
  ],
  define: (command) => {
    command
      .option('--policy <policy>', 'a preset (strict, balanced, development, pre-production) or a file')
      .option('--scope <scope>', 'what is to ship: a scope of the configuration')
      .option('--baseline <scope>', 'what it is compared with')
      .option('--release <name>', 'how the release is called in the verdict')
      .option('--scan <file...>', 'judge these scans alone, in memory; - is standard input')
      .option('--scan-format <format>', 'the format of the scans, when it cannot be detected')
      .option('--asset <name>', 'what the scans are about')
      .option('-f, --format <format>', 'the report: terminal or json', 'terminal')
      .option('-o, --output <file>', 'write the report there instead of to standard output')
      .option('-m, --machine-readable', 'print one word: GO, NO-GO, UNDECIDED or ERROR')
      .option('--explain', 'also what every rule asked')
      .option('--config <file>', 'configuration instead of gatehouse.yaml');
  },
  refused(words, io) {
    if (words.some((word) => /^(--machine-readable|-[a-z]*m[a-z]*)$/.test(word))) io.stdout.write('ERROR\n');
  },
  async run(options, io) {
    try {
      return await judge(options, io);
    } catch (error) {
      if (options.machineReadable === true) io.stdout.write('ERROR\n');
      throw error;
    }
  },
};

async function judge(options: GateOptions, io: Io): Promise<ExitCode> {
  const [{ findReport, REPORTS }, { exitCodeOf }, { GatehouseError }] = await Promise.all([
    import('../../reports/registry.ts'),
    import('../../policy/exit-code.ts'),
    import('../../domain/errors.ts'),
  ]);
  const report = findReport(options.format);
  if (report === undefined) {
    const known = REPORTS.map(({ kind }) => kind).join(', ');
    throw new GatehouseError(
      'input-invalid',
      `there is no report format '${options.format}'; there are ${known}`,
    );
  }
  const verdict =
    options.scan === undefined ? await fromStore(options, io) : await fromScans(options, io, options.scan);
  const isFile = options.output !== undefined;
  const text = report.render(verdict, {
    colour: io.hasColour && !isFile,
    width: io.columns,
    findingsShown: 5,
    explain: options.explain === true,
  });
  if (options.output !== undefined) {
    await writeReport(options.output, text, io);
  }
  if (options.machineReadable === true) io.stdout.write(`${verdict.verdict}\n`);
  else if (!isFile) io.stdout.write(text);
  return exitCodeOf(verdict);
}

async function writeReport(name: string, text: string, io: Io): Promise<void> {
  const [{ writeFile }, { resolve }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  try {
    await writeFile(resolve(io.cwd, name), text);
  } catch (cause) {
    const { GatehouseError } = await import('../../domain/errors.ts');
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('input-invalid', `the report could not be written: ${why}`, { cause });
  }
}

async function fromStore(options: GateOptions, io: Io): Promise<Verdict> {
  const [{ readConfiguration, scopeNamed }, { withStore }, { policyNamed }, { EVERYTHING }] =
    await Promise.all([
      import('../configuration.ts'),
      import('../stores.ts'),
      import('../policies.ts'),
      import('../../domain/scope.ts'),
    ]);
  const configuration = await readConfiguration(io, options.config);
  const { release } = configuration;
  const scopeName = options.scope ?? release?.scope;
  const baselineName = options.baseline ?? release?.baseline;
  const scope = scopeName === undefined ? EVERYTHING : scopeNamed(configuration, scopeName);
  const policy = await policyNamed(options.policy, io, configuration.policy);
  // Loaded while the store's threads start.
  const loading = import('../../flows/gate.ts');
  return await withStore(configuration.store, async ({ reader }) => {
    const { gateStore } = await loading;
    return await gateStore(reader, {
      release: options.release ?? release?.name ?? scope.name,
      policy,
      scope,
      baselineScope: baselineName === undefined ? undefined : scopeNamed(configuration, baselineName),
      required: release?.required,
      expected: configuration.sources.map(({ name }) => name),
      now: io.now().getTime(),
    });
  });
}

async function fromScans(options: GateOptions, io: Io, files: readonly string[]): Promise<Verdict> {
  const [{ gateScans }, { readableFile }, { policyNamed }, { readPolicy }, { parseAsset }, { resolve }] =
    await Promise.all([
      import('../../flows/gate.ts'),
      import('../../platform/spooled-file.ts'),
      import('../policies.ts'),
      import('../../policy/read-policy.ts'),
      import('../assets.ts'),
      import('node:path'),
    ]);
  await using opened = new AsyncDisposableStack();
  const scans = [];
  for (const name of files) {
    const file = opened.use(await readableFile(name === '-' ? name : resolve(io.cwd, name), io.stdin));
    scans.push({ ...file, name });
  }
  const { verdict } = await gateScans(
    scans,
    {
      format: options.scanFormat,
      asset: options.asset === undefined ? undefined : parseAsset(options.asset),
    },
    {
      release: options.release ?? files.join(', '),
      policy: await policyNamed(options.policy, io, readPolicy({})),
      now: io.now().getTime(),
    },
    io.signal,
  );
  return verdict;
}
