import type { Filter } from '../../domain/filter.ts';
import type { Finding } from '../../domain/finding.ts';
import type { FindingCounts, StoreReader } from '../../store/store.ts';
import type { CommandModule, Io } from '../command.ts';
import type { FindingOptions } from '../finding-filter.ts';

interface FindingsOptions extends FindingOptions {
  readonly state: string;
  readonly asOf?: string;
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
    { line: 'gatehouse findings --as-of 30d --severity critical', does: 'what was critical a month ago' },
  ],
  define: (command) => {
    command
      .option('--state <state>', 'open, resolved or all', 'open')
      .option('--severity <list>', 'critical, high, medium, low, info, unknown; separated by commas')
      .option('--vulnerability <name...>', 'CVE, GHSA or any other name of it')
      .option('--asset <name>', 'kind:name, or the name of a repository')
      .option('--scope <scope>', 'a scope of the configuration')
      .option('--as-of <time>', 'what was open then, as it then stood: a date, or 30d for thirty days ago')
      .option('--limit <n>', 'how many to list; 100 for people, all as JSON')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const [{ readConfiguration }, { withStore }, { toFindingJson }, { filterOf }, { wholeNumber }] =
      await Promise.all([
        import('../configuration.ts'),
        import('../stores.ts'),
        import('../../reports/findings-json.ts'),
        import('../finding-filter.ts'),
        import('../given-values.ts'),
      ]);
    const unlimited = options.json === true ? Number.MAX_SAFE_INTEGER : 100;
    const limit = options.limit === undefined ? unlimited : wholeNumber('--limit', options.limit);
    const configuration = await readConfiguration(io, options.config);
    const selected = filterOf(options, configuration);
    const filter: Filter = { op: 'all', of: [await stateFilter(options), selected] };
    const { counts, findings } = await withStore(configuration.store, async ({ reader }) => {
      if (options.asOf !== undefined) return await asOf(reader, options.asOf, selected, limit, io);
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

/** Worst first, as lists are; all that was open then. */
async function asOf(
  reader: StoreReader,
  text: string,
  filter: Filter,
  limit: number,
  io: Io,
): Promise<{ readonly counts: FindingCounts; readonly findings: readonly Finding[] }> {
  const [{ pastFindings }, { pastMomentFrom }, { noSeverities, severityCode }] = await Promise.all([
    import('../../flows/past.ts'),
    import('../moments.ts'),
    import('../../domain/severity.ts'),
  ]);
  const stood = await pastFindings(reader, pastMomentFrom('--as-of', text, io.now().getTime()), filter);
  const bySeverity = noSeverities();
  for (const { severity } of stood) bySeverity[severity] += 1;
  const worstFirst = [...stood].sort(
    (a, b) => severityCode(b.severity) - severityCode(a.severity) || a.id - b.id,
  );
  return { counts: { total: stood.length, bySeverity }, findings: worstFirst.slice(0, limit) };
}

async function stateFilter({ state, asOf }: FindingsOptions): Promise<Filter> {
  if (asOf !== undefined && state !== 'open') {
    const { GatehouseError } = await import('../../domain/errors.ts');
    throw new GatehouseError('input-invalid', '--as-of lists what was open then: leave --state out');
  }
  if (state === 'all') return { op: 'all', of: [] };
  if (state === 'open' || state === 'resolved') return { op: 'state', is: state };
  const { GatehouseError } = await import('../../domain/errors.ts');
  throw new GatehouseError('input-invalid', `--state ${state}: give open, resolved or all`);
}
