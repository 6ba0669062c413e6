import type { FeedUpdate } from '../../flows/update-feed.ts';
import { toPlainLine } from '../../reports/plain-text.ts';
import { collectedLines } from '../collected-lines.ts';
import type { CommandModule, Io } from '../command.ts';
import { toFeedLine } from '../feed-line.ts';

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
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, names) {
    const [{ readConfiguration }, { withStore, withStoreToAsk }, { GatehouseError }] = await Promise.all([
      import('../configuration.ts'),
      import('../stores.ts'),
      import('../../domain/errors.ts'),
    ]);
    const { wholeNumber } = await import('../given-values.ts');
    const maxWorkers =
      options.maxWorkers === undefined ? undefined : wholeNumber('--max-workers', options.maxWorkers);
    const configuration = await readConfiguration(io, options.config);
    const known = [...configuration.sources, ...configuration.feeds].map(({ name }) => name);
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0 || known.length === 0) {
      const { didYouMean } = await import('../nearest.ts');
      const there =
        known.length === 0
          ? 'none is configured; write one into gatehouse.yaml'
          : `there are ${known.join(', ')}${didYouMean(unknown[0] ?? '', known)}`;
      throw new GatehouseError('config-invalid', `no source ${unknown.join(', ') || 'to collect'}: ${there}`);
    }
    const isAsked = ({ name }: { readonly name: string }): boolean =>
      names.length === 0 || names.includes(name);
    const sources = configuration.sources.filter(isAsked);
    const feeds = configuration.feeds.filter(isAsked);
    // Loaded while the store's threads start.
    const loading = import('../collecting.ts');
    // What changed since the last time is mostly little.
    const withOne = options.full === true ? withStore : withStoreToAsk;
    const { collected, updates } = await withOne(configuration.store, async (store) => {
      const { collectAll, detailsWantedBy, updateFeeds } = await loading;
      const wants =
        options.details === true
          ? new Set(['occurrences', 'entity-names'] as const)
          : detailsWantedBy(configuration.scopes);
      const pass = options.full === true ? 'full' : 'incremental';
      const updates = await updateFeeds(store, feeds, io);
      return { updates, collected: await collectAll(store, sources, { pass, wants, maxWorkers }, io) };
    });
    if (options.json === true) {
      const told = feeds.length === 0 ? {} : { feeds: updates };
      io.stdout.write(`${JSON.stringify({ sources: collected, ...told })}\n`);
    } else {
      for (const one of updates) tellFeed(io, one);
      for (const one of collected) io.stdout.write(collectedLines(one));
    }
    const hasFailed =
      collected.some(({ state }) => state === 'interrupted') ||
      updates.some(({ state }) => state === 'failed');
    return hasFailed ? 2 : 0;
  },
};

function tellFeed(io: Io, { source, feed, state, read, reason }: FeedUpdate): void {
  const said = read === undefined ? (reason ?? 'nothing changed') : toFeedLine(read);
  io.stdout.write(`${toPlainLine(`${source}: ${feed} ${state}: ${said}`)}\n`);
}
