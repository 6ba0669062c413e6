import type { WaiverSelector } from '../../domain/waiver.ts';
import type { CommandModule } from '../command.ts';
import type { WaiverContext, WaiverSources } from '../waiver-context.ts';

interface SelectorOptions {
  readonly vulnerability?: string;
  readonly component?: string;
  readonly asset?: string;
  readonly rule?: string;
  readonly scope?: string;
}

interface WaiverRequestOptions extends SelectorOptions, WaiverSources {
  readonly reason: string;
  readonly until: string;
  readonly from?: string;
  readonly by?: string;
  readonly id?: string;
  readonly json?: true;
}

export const command: CommandModule<WaiverRequestOptions> = {
  name: 'waiver request',
  summary: 'ask for a waiver; it counts once somebody else approves it',
  examples: [
    {
      line: 'gatehouse waiver request --vulnerability CVE-2023-44487 --reason "rate limited at the edge" --until 30d --by ann',
      does: 'for one vulnerability, wherever it is',
    },
    {
      line: 'gatehouse waiver request --rule semgrep:xss --asset repository:shop --reason "test code" --until 60d --by ann --json',
      does: 'for a rule in one repository',
    },
  ],
  define: (command) => {
    command
      .option('--vulnerability <name>', 'CVE, GHSA or any other name of it')
      .option('--component <purl>', 'package URL without version: pkg:npm/lodash')
      .option('--asset <name>', 'kind:name, or the name of a repository')
      .option('--rule <name>', 'rule of a tool: semgrep:xss')
      .option('--scope <name>', 'a scope of the configuration')
      .requiredOption('--reason <text>', 'why it may stay')
      .requiredOption('--until <time>', 'a date, or how long: 30d')
      .option('--from <time>', 'when it begins; at the earliest when it is approved')
      .option('--by <name>', 'who asks; GATEHOUSE_USER, or who is logged in')
      .option('--id <id>', 'how it is called; a new number')
      .option('--waivers <file...>', 'files with waivers: their ids are taken')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const [{ waiverContext }, { withStoreToAsk }, { whoSays }, { momentFrom }, { requestWaiver }] =
      await Promise.all([
        import('../waiver-context.ts'),
        import('../stores.ts'),
        import('../person.ts'),
        import('../moments.ts'),
        import('../../flows/waivers.ts'),
      ]);
    const context = await waiverContext(options, io);
    const { now, maxDays, inFiles } = context;
    const by = whoSays(options.by, io);
    const request = {
      kind: 'requested' as const,
      ...(await selectorOf(options, context)),
      by,
      reason: options.reason,
      validAt: now,
      until: momentFrom('--until', options.until, now),
      ...(options.from === undefined ? {} : { from: momentFrom('--from', options.from, now) }),
    };
    const limits = { now, maxDays, id: options.id, taken: inFiles.map(({ id }) => id) };
    const [view] = await withStoreToAsk(context.store, async ({ writer, reader }) => {
      const id = await requestWaiver(writer, request, limits);
      const { viewWaivers } = await import('../../flows/waivers.ts');
      return (await viewWaivers(reader, now, [])).filter((one) => one.id === id);
    });
    if (view === undefined) throw new Error('a waiver that was requested is not there');
    const { showWaiver, toWaiverJson } = await import('../../reports/waivers-list.ts');
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine(toWaiverJson(view)));
      return 0;
    }
    io.stdout.write(
      `${showWaiver(view, now)}It counts once somebody else approves it: gatehouse waiver approve ${view.id}\n`,
    );
    return 0;
  },
};

async function selectorOf(options: SelectorOptions, { scopes }: WaiverContext): Promise<WaiverSelector> {
  const [{ parseAsset }, { normaliseName }, { scopeNamed }] = await Promise.all([
    import('../assets.ts'),
    import('../../domain/names.ts'),
    import('../configuration.ts'),
  ]);
  const { vulnerability, component, asset, rule, scope } = options;
  return {
    ...(vulnerability === undefined ? {} : { vulnerability: normaliseName(vulnerability) }),
    ...(component === undefined ? {} : { component }),
    ...(asset === undefined ? {} : { asset: parseAsset(asset) }),
    ...(rule === undefined ? {} : { rule }),
    ...(scope === undefined ? {} : { scope: scopeNamed({ scopes }, scope) }),
  };
}
