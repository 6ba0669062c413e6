import type { CommandModule, Io } from '../command.ts';
import type { Configuration } from '../configuration.ts';
import type { FindingOptions } from '../finding-filter.ts';

interface HistoryOptions extends FindingOptions {
  readonly from?: string;
  readonly to?: string;
  readonly learnedFrom?: string;
  readonly learnedTo?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<HistoryOptions> = {
  name: 'history',
  summary: 'what happened to a finding, what differs between two moments, what was learned when',
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
    {
      line: 'gatehouse history --learned-from 7d',
      does: 'what was learned this week, of whatever day it speaks',
    },
  ],
  define: (command) => {
    command
      .argument('[finding...]', 'their numbers, or names of a vulnerability or rule')
      .option('--from <time>', 'compare with what was open then: a date, or 30d for thirty days ago')
      .option('--to <time>', 'the later of the two moments; now')
      .option('--learned-from <time>', 'what was learned since then, as our own clock had it')
      .option('--learned-to <time>', 'the end of that; now')
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
    const { from, to, learnedFrom, learnedTo } = options;
    const isOfMoments = from !== undefined || to !== undefined;
    const isOfLearning = learnedFrom !== undefined || learnedTo !== undefined;
    if (words.length > 0 && !isOfMoments && !isOfLearning) {
      await tell(options, words, configuration, io);
    } else if (from !== undefined && words.length === 0 && !isOfLearning) {
      await compare(options, from, configuration, io);
    } else if (learnedFrom !== undefined && words.length === 0 && !isOfMoments) {
      await tellLearned(options, learnedFrom, configuration, io);
    } else {
      throw new GatehouseError(
        'input-invalid',
        'name findings, or give --from and perhaps --to, or --learned-from and perhaps --learned-to',
      );
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
  const [{ compareMoments }, { withStore }, { filterOf }, { pastSpan }, reports] = await Promise.all([
    import('../../flows/past.ts'),
    import('../stores.ts'),
    import('../finding-filter.ts'),
    import('../moments.ts'),
    import('../../reports/history-list.ts'),
  ]);
  const moments = pastSpan(['--from', from], ['--to', options.to], io.now().getTime());
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

async function tellLearned(
  options: HistoryOptions,
  from: string,
  configuration: Configuration,
  io: Io,
): Promise<void> {
  const [{ learnedBetween }, { withStore }, { filterOf }, { pastSpan }, reports] = await Promise.all([
    import('../../flows/past.ts'),
    import('../stores.ts'),
    import('../finding-filter.ts'),
    import('../moments.ts'),
    import('../../reports/history-list.ts'),
  ]);
  const moments = pastSpan(['--learned-from', from], ['--learned-to', options.learnedTo], io.now().getTime());
  const filter = filterOf(options, configuration);
  const learned = await withStore(configuration.store, ({ reader }) =>
    learnedBetween(reader, moments, filter),
  );
  if (options.json !== true) {
    io.stdout.write(reports.showLearned(learned));
    return;
  }
  const { toJsonLine } = await import('../json-line.ts');
  const { toIso } = await import('../../reports/findings-json.ts');
  const told = {
    learnedFrom: toIso(moments.from),
    learnedTo: toIso(moments.to),
    changes: learned.map(reports.toLearnedJson),
  };
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
