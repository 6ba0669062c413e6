import type { CommandModule, Io } from '../command.ts';
import type { Configuration } from '../configuration.ts';
import type { FindingOptions } from '../finding-filter.ts';

interface HistoryOptions extends FindingOptions {
  readonly from?: string;
  readonly to?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<HistoryOptions> = {
  name: 'history',
  summary: 'what happened to a finding, or what differs between two moments',
  examples: [
    { line: 'gatehouse history CVE-2021-44228', does: 'when each change was so, and when it was learned' },
    {
      line: 'gatehouse history --from 30d --severity critical,high',
      does: 'what appeared and went in a month',
    },
    {
      line: 'gatehouse history --from 2026-01-01 --to 2026-02-01 --asset image:registry/app --json',
      does: 'between two dates, for machines',
    },
  ],
  define: (command) => {
    command
      .argument('[finding...]', 'their numbers, or names of a vulnerability or rule')
      .option('--from <time>', 'compare with what was open then: a date, or 30d for thirty days ago')
      .option('--to <time>', 'the later of the two moments; now')
      .option('--severity <list>', 'critical, high, medium, low, info, unknown; separated by commas')
      .option('--vulnerability <name...>', 'CVE, GHSA or any other name of it')
      .option('--asset <name>', 'kind:name, or the name of a repository')
      .option('--scope <scope>', 'a scope of the configuration')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, words) {
    const [{ readConfiguration }, { GatehouseError }] = await Promise.all([
      import('../configuration.ts'),
      import('../../domain/errors.ts'),
    ]);
    const configuration = await readConfiguration(io, options.config);
    if (options.from !== undefined && words.length === 0) {
      await compare(options, options.from, configuration, io);
    } else if (options.from === undefined && options.to === undefined && words.length > 0) {
      await tell(options, words, configuration, io);
    } else {
      throw new GatehouseError('input-invalid', 'name findings, or give --from and perhaps --to');
    }
    return 0;
  },
};

async function compare(
  options: HistoryOptions,
  from: string,
  configuration: Configuration,
  io: Io,
): Promise<void> {
  const [{ compareMoments }, { withStore }, { filterOf }, { pastMomentFrom }, reports] = await Promise.all([
    import('../../flows/past.ts'),
    import('../stores.ts'),
    import('../finding-filter.ts'),
    import('../moments.ts'),
    import('../../reports/history-list.ts'),
  ]);
  const now = io.now().getTime();
  const moments = {
    from: pastMomentFrom('--from', from, now),
    to: options.to === undefined ? now : pastMomentFrom('--to', options.to, now),
  };
  if (moments.from > moments.to) {
    const { GatehouseError } = await import('../../domain/errors.ts');
    throw new GatehouseError(
      'input-invalid',
      `--from ${from} is later than --to ${options.to}: exchange them`,
    );
  }
  const filter = filterOf(options, configuration);
  const compared = await withStore(configuration.store, ({ reader }) =>
    compareMoments(reader, moments, filter),
  );
  if (options.json !== true) {
    io.stdout.write(reports.showComparison(compared));
    return;
  }
  const { toJsonLine } = await import('../json-line.ts');
  const { toIso } = await import('../../reports/findings-json.ts');
  const told = { from: toIso(moments.from), to: toIso(moments.to), ...reports.toComparisonJson(compared) };
  io.stdout.write(toJsonLine(told));
}

async function tell(
  options: HistoryOptions,
  words: readonly string[],
  configuration: Configuration,
  io: Io,
): Promise<void> {
  const [{ findingsNamed }, { withStoreToAsk }, { filterOf }, { showHistory, toHistoryJson }] =
    await Promise.all([
      import('../../flows/triage.ts'),
      import('../stores.ts'),
      import('../finding-filter.ts'),
      import('../../reports/history-list.ts'),
    ]);
  const filter = filterOf(options, configuration);
  const histories = await withStoreToAsk(configuration.store, async ({ reader }) => {
    const findings = await findingsNamed(reader, words, filter, 'any');
    return await Promise.all(
      findings.map(async (finding) => ({ finding, changes: await reader.history(finding.id) })),
    );
  });
  if (options.json !== true) {
    for (const history of histories) io.stdout.write(showHistory(history));
    return;
  }
  const { toJsonLine } = await import('../json-line.ts');
  io.stdout.write(toJsonLine({ findings: histories.map(toHistoryJson) }));
}
