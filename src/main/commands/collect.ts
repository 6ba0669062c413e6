import type { Collected } from '../../flows/collect.ts';
import { toPlainLine } from '../../reports/plain-text.ts';
import type { CommandModule, Io } from '../command.ts';

interface CollectOptions {
  readonly full?: true;
  readonly details?: true;
  readonly maxWorkers?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<CollectOptions> = {
  name: 'collect',
  summary: 'read the configured sources into the store; an interrupted run is continued',
  examples: [
    { line: 'gatehouse collect', does: 'every source: what changed since the last time' },
    {
      line: 'gatehouse collect production --full --details',
      does: 'one source, all of it, with hosts and components',
    },
  ],
  define: (command) => {
    command
      .argument('[source...]', 'names of sources; all of the configuration when none is given')
      .option('--full', 'everything again, so that what has vanished is closed')
      .option('--details', 'hosts, processes and components of each problem, too')
      .option('--max-workers <n>', 'exactly so many calls at a time instead of finding the best number')
      .option('--config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, names) {
    const [{ readConfiguration }, { withStore }, { GatehouseError }] = await Promise.all([
      import('../configuration.ts'),
      import('../stores.ts'),
      import('../../domain/errors.ts'),
    ]);
    const configuration = await readConfiguration(io, options.config);
    const known = configuration.sources.map(({ name }) => name);
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0 || known.length === 0) {
      const there =
        known.length === 0
          ? 'none is configured; write one into gatehouse.yaml'
          : `there are ${known.join(', ')}`;
      throw new GatehouseError('config-invalid', `no source ${unknown.join(', ') || 'to collect'}: ${there}`);
    }
    const maxWorkers = options.maxWorkers === undefined ? undefined : Number(options.maxWorkers);
    if (maxWorkers !== undefined && !(Number.isInteger(maxWorkers) && maxWorkers > 0)) {
      throw new GatehouseError(
        'input-invalid',
        `--max-workers ${options.maxWorkers}: give a whole number of at least 1`,
      );
    }
    const sources = configuration.sources.filter(({ name }) => names.length === 0 || names.includes(name));
    // Loaded while the store's threads start.
    const loading = import('../collecting.ts');
    const collected = await withStore(configuration.store, async (store) => {
      const { collectAll, detailsWantedBy } = await loading;
      const wants =
        options.details === true
          ? new Set(['occurrences', 'entity-names'] as const)
          : detailsWantedBy(configuration.scopes);
      const pass = options.full === true ? 'full' : 'incremental';
      return await collectAll(store, sources, { pass, wants, maxWorkers }, io);
    });
    if (options.json === true) io.stdout.write(`${JSON.stringify({ sources: collected })}\n`);
    else for (const one of collected) tell(io, one);
    return collected.some(({ state }) => state === 'interrupted') ? 2 : 0;
  },
};

export function tell(io: Io, { source, state, summary, reasons }: Collected): void {
  if (summary === undefined) {
    io.stdout.write(
      `${source}: interrupted; what was read is kept, and the next collect goes on from there\n`,
    );
  } else {
    const { created, updated, unchanged, closed, reopened } = summary.changes;
    io.stdout.write(
      `${source}: ${state}, ${summary.observations} problems read, ${summary.findings} findings: ` +
        `${created} created, ${updated} updated, ${unchanged} unchanged, ${reopened} reopened, ${closed} closed\n`,
    );
  }
  for (const reason of reasons) io.stdout.write(`  ${toPlainLine(reason)}\n`);
}
