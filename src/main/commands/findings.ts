import type { Filter } from '../../domain/filter.ts';
import type { Severity } from '../../domain/severity.ts';
import type { CommandModule } from '../command.ts';

interface FindingsOptions {
  readonly state: string;
  readonly severity?: string;
  readonly vulnerability?: readonly string[];
  readonly asset?: string;
  readonly scope?: string;
  readonly limit?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<FindingsOptions> = {
  name: 'findings',
  summary: 'list what is known, worst first',
  examples: [
    { line: 'gatehouse findings', does: 'what is open' },
    {
      line: 'gatehouse findings --severity critical,high --asset image:registry/app',
      does: 'the worst of one asset',
    },
    {
      line: 'gatehouse findings --vulnerability CVE-2021-44228 --state all --json',
      does: 'by any of its names, for machines',
    },
  ],
  define: (command) => {
    command
      .option('--state <state>', 'open, resolved or all', 'open')
      .option('--severity <list>', 'critical, high, medium, low, info, unknown; separated by commas')
      .option('--vulnerability <name...>', 'CVE, GHSA or any other name of it')
      .option('--asset <name>', 'kind:name, or the name of a repository')
      .option('--scope <scope>', 'a scope of the configuration')
      .option('--limit <n>', 'how many to list; 100 for people, all as JSON')
      .option('--config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const [
      { readConfiguration, scopeNamed },
      { withStore },
      { toFindingJson },
      { parseAsset },
      { GatehouseError },
    ] = await Promise.all([
      import('../configuration.ts'),
      import('../stores.ts'),
      import('../../reports/findings-json.ts'),
      import('../assets.ts'),
      import('../../domain/errors.ts'),
    ]);
    const limit = Number(options.limit ?? (options.json === true ? Number.MAX_SAFE_INTEGER : 100));
    if (!Number.isInteger(limit) || limit < 1) {
      throw new GatehouseError(
        'input-invalid',
        `--limit ${options.limit}: give a whole number of at least 1`,
      );
    }
    const configuration = await readConfiguration(io, options.config);
    const filters: Filter[] = [await stateFilter(options.state)];
    if (options.severity !== undefined)
      filters.push({ op: 'severity', in: await severities(options.severity) });
    if (options.vulnerability !== undefined) filters.push(await defectFilter(options.vulnerability));
    if (options.asset !== undefined) filters.push({ op: 'asset', in: [parseAsset(options.asset)] });
    if (options.scope !== undefined)
      filters.push({ op: 'scope', scope: scopeNamed(configuration, options.scope) });
    const filter: Filter = { op: 'all', of: filters };
    const { counts, findings } = await withStore(configuration.store, async ({ reader }) => {
      const [counts, page] = await Promise.all([reader.count(filter), reader.findings({ filter, limit })]);
      return { counts, findings: page.findings };
    });
    if (options.json === true) {
      io.stdout.write(`${JSON.stringify({ total: counts.total, findings: findings.map(toFindingJson) })}\n`);
      return 0;
    }
    const { listFindings } = await import('../../reports/findings-list.ts');
    io.stdout.write(listFindings(findings, counts, { width: io.columns, colour: io.hasColour }));
    return 0;
  },
};

async function stateFilter(state: string): Promise<Filter> {
  if (state === 'all') return { op: 'all', of: [] };
  if (state === 'open' || state === 'resolved') return { op: 'state', is: state };
  const { GatehouseError } = await import('../../domain/errors.ts');
  throw new GatehouseError('input-invalid', `--state ${state}: give open, resolved or all`);
}

async function severities(list: string): Promise<readonly Severity[]> {
  const [{ SEVERITIES }, { GatehouseError }] = await Promise.all([
    import('../../domain/severity.ts'),
    import('../../domain/errors.ts'),
  ]);
  return list.split(',').map((word) => {
    const severity = SEVERITIES.find((one) => one === word.trim().toLowerCase());
    if (severity !== undefined) return severity;
    throw new GatehouseError('input-invalid', `--severity ${word}: there are ${SEVERITIES.join(', ')}`);
  });
}

async function defectFilter(names: readonly string[]): Promise<Filter> {
  const { normaliseName } = await import('../../domain/names.ts');
  return { op: 'defect', in: names.map(normaliseName) };
}
