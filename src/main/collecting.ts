/** Runs configured sources side by side, each through its own client, and tells how it goes. */

import { isGatehouseError } from '../domain/errors.ts';
import type { Scope } from '../domain/scope.ts';
import { type Collected, type CollectProgress, collectSource } from '../flows/collect.ts';
import { clientsSharing } from '../flows/shared-bucket.ts';
import { type FeedUpdate, updateFeed } from '../flows/update-feed.ts';
import { createHttpClient, type HttpClient } from '../platform/http/client.ts';
import { createLog } from '../platform/log.ts';
import type { Detail, Pass } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import type { Io } from './command.ts';
import type { ConfiguredFeed, ConfiguredSource } from './configuration.ts';
import { createProgress, type Progress } from './progress.ts';

export interface CollectingOptions {
  readonly pass: Pass;
  readonly wants: ReadonlySet<Detail>;
  readonly maxWorkers?: number | undefined;
}

export async function collectAll(
  store: Store,
  sources: readonly ConfiguredSource[],
  options: CollectingOptions,
  io: Io,
): Promise<readonly Collected[]> {
  const progress = createProgress(io);
  try {
    const runs = sources.map((source) => collectOne(store, source, options, io, progress));
    // The store stays open until the last of them has ended, whatever becomes of the others.
    const settled = await Promise.allSettled(runs);
    const first = settled.find(({ status }) => status === 'rejected');
    if (settled.every(({ status }) => status === 'rejected') && first?.status === 'rejected')
      throw first.reason;
    return settled.map((run, index) =>
      run.status === 'fulfilled' ? run.value : notCollected(sources[index]?.name ?? '', run.reason),
    );
  } finally {
    progress.end();
  }
}

/** A mistake in the settings of one source is no reason to lose what the others found. Throws what is more than that. */
function notCollected(source: string, error: unknown): Collected {
  if (!isGatehouseError(error) || error.code !== 'config-invalid') throw error;
  const { code, message } = error;
  return { source, state: 'interrupted', summary: undefined, reasons: [message], error: { code, message } };
}

/** One after the other: they are few, and what sources find is then judged by what is known. */
export async function updateFeeds(
  store: Store,
  feeds: readonly ConfiguredFeed[],
  io: Io,
): Promise<readonly FeedUpdate[]> {
  const updates: FeedUpdate[] = [];
  for (const { name, feed, settings } of feeds) {
    const now = io.now().getTime();
    const { signal } = io;
    updates.push(
      await updateFeed({ store, name, feed, settings, createClient: createHttpClient, now, signal }),
    );
  }
  return updates;
}

async function collectOne(
  store: Store,
  { name, source, settings }: ConfiguredSource,
  { pass, wants, maxWorkers }: CollectingOptions,
  io: Io,
  progress: Progress,
): Promise<Collected> {
  const log = createLog({
    write: (line) => progress.note(line.trimEnd()),
    clock: { now: () => io.now().getTime() },
    level: 'warn',
  });
  const http = await source.connect(settings, {
    sourceId: name,
    environment: io.env,
    createClient: clientsSharing(store.writer),
    log,
    maxWorkers,
  });
  let last: CollectProgress = { observations: 0, details: 0, rejected: 0, total: undefined };
  const show = (): void => progress.show(name, describe(last, http));
  const timer = setInterval(show, 200);
  try {
    const collected = await collectSource({
      store,
      source,
      name,
      settings,
      scope: { labels: [] },
      wants,
      pass,
      http,
      now: () => io.now().getTime(),
      signal: io.signal,
      onPage: (page) => {
        last = page;
        show();
      },
    });
    progress.done(name, `${describe(last, http)}, ${collected.state}`);
    return collected;
  } finally {
    clearInterval(timer);
    await http.close();
  }
}

function describe({ observations, details, rejected, total }: CollectProgress, http: HttpClient): string {
  const { ratePerSecond, inFlight, retries, waiting } = http.stats();
  const parts = [`${observations}${total === undefined ? '' : ` of ${total}`} problems`];
  if (details > 0) parts.push(`${details} details`);
  if (rejected > 0) parts.push(`${rejected} rejected`);
  parts.push(`${ratePerSecond.toFixed(1)} calls/s`);
  if (inFlight > 0) parts.push(`${inFlight} in flight`);
  if (retries > 0) parts.push(`${retries} retries`);
  const left = waiting + inFlight;
  if (left > 1 && ratePerSecond > 0) parts.push(`about ${Math.ceil(left / ratePerSecond)} s left`);
  return parts.join(', ');
}

/** What scopes select by decides how deep sources are read: hosts and the like stand in the details only. */
export function detailsWantedBy(scopes: readonly Scope[]): ReadonlySet<Detail> {
  const isDeep = scopes.some((scope) =>
    (scope.labels ?? []).some(({ kind }) => kind !== 'zone' && kind !== 'technology'),
  );
  return new Set<Detail>(isDeep ? ['occurrences', 'entity-names'] : []);
}
