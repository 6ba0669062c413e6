import type { TriageView } from '../../flows/triage.ts';
import type { CommandModule } from '../command.ts';

interface TriageShowOptions {
  readonly state?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<TriageShowOptions> = {
  name: 'triage show',
  summary: 'show what was noted on findings, with its history',
  examples: [
    {
      line: 'gatehouse triage show CVE-2021-44228',
      does: 'of every open finding of a vulnerability, with its number',
    },
    {
      line: 'gatehouse triage show --state accepted --json',
      does: 'of all that were accepted, for machines',
    },
  ],
  define: (command) => {
    command
      .argument('[finding...]', 'numbers, or names of a vulnerability or rule; all that were noted on')
      .option('--state <state>', 'only those in this state')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, words) {
    const [{ readConfiguration }, { withStoreToAsk }, { findingsNamed, viewTriage, viewTriaged }] =
      await Promise.all([
        import('../configuration.ts'),
        import('../stores.ts'),
        import('../../flows/triage.ts'),
      ]);
    const { store } = await readConfiguration(io, options.config);
    const isWanted = await stateFilter(options.state);
    const all = await withStoreToAsk(store, async ({ reader }) =>
      words.length === 0
        ? await viewTriaged(reader)
        : await viewTriage(reader, await findingsNamed(reader, words)),
    );
    const views = all.filter(isWanted);
    const { showTriage, toTriageJson } = await import('../../reports/triage-list.ts');
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine({ findings: views.map(toTriageJson) }));
    } else io.stdout.write(views.length === 0 ? 'nothing was noted\n' : views.map(showTriage).join(''));
    return 0;
  },
};

async function stateFilter(state: string | undefined): Promise<(view: TriageView) => boolean> {
  if (state === undefined) return () => true;
  const { TriageState } = await import('../../domain/triage.ts');
  const known = TriageState.safeParse(state);
  if (known.success) return ({ triage }) => triage.state === known.data;
  const { GatehouseError } = await import('../../domain/errors.ts');
  throw new GatehouseError('input-invalid', `--state ${state}: there are ${TriageState.options.join(', ')}`);
}
