import type { Policy } from '../../domain/policy.ts';
import type { CommandModule, Io } from '../command.ts';

interface PolicyCheckOptions {
  readonly config?: string;
  readonly json?: true;
}

interface Checked {
  readonly policy: string;
  /** Undefined: it can be read, and all of it can do something. */
  readonly problem: string | undefined;
}

export const command: CommandModule<PolicyCheckOptions> = {
  name: 'policy check',
  summary: 'read policies and tell every problem in them by its path (exit 2 when there are any)',
  examples: [
    { line: 'gatehouse policy check', does: 'that of gatehouse.yaml' },
    { line: 'gatehouse policy check strict development --json', does: 'presets or files, for machines' },
  ],
  define: (command) => {
    command
      .argument('[policy...]', 'files or presets; the policy of the configuration when none is given')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, named) {
    const [{ readConfiguration }, { policyNamed }, { readPolicy }] = await Promise.all([
      import('../configuration.ts'),
      import('../policies.ts'),
      import('../../policy/read-policy.ts'),
    ]);
    const checked: Checked[] = [];
    const feeds = await feedsThatBringTables(io, options.config);
    if (named.length === 0) {
      const read = async (): Promise<Policy> => (await readConfiguration(io, options.config)).policy;
      checked.push(await check('the configuration', feeds, read));
    }
    for (const name of named)
      checked.push(await check(name, feeds, () => policyNamed(name, io, readPolicy({}))));
    await tell(checked, options.json === true, io);
    return checked.some(({ problem }) => problem !== undefined) ? 2 : 0;
  },
};

/** Undefined: there is no configuration, or none that can be read, so nobody knows. */
async function feedsThatBringTables(
  io: Io,
  config: string | undefined,
): Promise<readonly string[] | undefined> {
  const [{ examineConfiguration, tableFeeds }, { isGatehouseError }] = await Promise.all([
    import('../configuration.ts'),
    import('../../domain/errors.ts'),
  ]);
  try {
    const examined = await examineConfiguration(io, config);
    return examined.text === undefined ? undefined : tableFeeds(examined);
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return undefined;
  }
}

async function check(
  policy: string,
  feeds: readonly string[] | undefined,
  read: () => Promise<Policy>,
): Promise<Checked> {
  const [{ isGatehouseError }, { idleRules }, { tableFaults }] = await Promise.all([
    import('../../domain/errors.ts'),
    import('../../policy/idle-rules.ts'),
    import('../../policy/policy-tables.ts'),
  ]);
  try {
    const known = await read();
    const faults = tableFaults(known, feeds).map(({ path, message }) => `${path.join('.')}: ${message}`);
    const found = [...idleRules(known), ...faults];
    return { policy, problem: found.length === 0 ? undefined : `${policy}: ${found.join('; ')}` };
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return { policy, problem: error.message };
  }
}

async function tell(checked: readonly Checked[], isJson: boolean, io: Io): Promise<void> {
  if (isJson) {
    const { toJsonLine } = await import('../json-line.ts');
    const policies = checked.map(({ policy, problem }) => ({
      policy,
      ok: problem === undefined,
      problem: problem ?? null,
    }));
    io.stdout.write(toJsonLine({ policies }));
    return;
  }
  const { toPlainLine } = await import('../../reports/plain-text.ts');
  for (const { policy, problem } of checked) {
    if (problem === undefined) io.stdout.write(`${toPlainLine(policy)}: no problems\n`);
    else io.stderr.write(`${toPlainLine(problem)}\n`);
  }
}
