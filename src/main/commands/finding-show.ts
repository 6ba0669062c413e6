import type { CommandModule } from '../command.ts';

interface FindingShowOptions {
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<FindingShowOptions> = {
  name: 'finding show',
  summary:
    'show all that is known of a finding: who says what, why its names are one, where and when it was seen',
  examples: [
    { line: 'gatehouse finding show CVE-2021-44228', does: 'every one of a vulnerability, with its number' },
    { line: 'gatehouse finding show 12 --json', does: 'one by its number, for machines' },
  ],
  define: (command) => {
    command
      .argument('<finding...>', 'numbers, or names of a vulnerability or rule')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, words) {
    const [{ readConfiguration }, { withStoreToAsk }, { findingsNamed }, { explain }, reports] =
      await Promise.all([
        import('../configuration.ts'),
        import('../stores.ts'),
        import('../../flows/triage.ts'),
        import('../../flows/explain.ts'),
        import('../../reports/finding-detail.ts'),
      ]);
    const { store } = await readConfiguration(io, options.config);
    const explained = await withStoreToAsk(store, async ({ reader }) =>
      explain(reader, await findingsNamed(reader, words, undefined, 'any')),
    );
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine({ findings: explained.map(reports.toExplainedJson) }));
    } else for (const one of explained) io.stdout.write(reports.showFinding(one));
    return 0;
  },
};
