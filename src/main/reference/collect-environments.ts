/** Reads the environments of the file, with the log that goes with it. */
import { GatehouseError } from '../../domain/errors.ts';
import { type Collected, collectSource } from '../../flows/collect.ts';
import { clientsSharing } from '../../flows/shared-bucket.ts';
import type { Log } from '../../platform/log.ts';
import type { Store } from '../../store/store.ts';
import type { Io } from '../command.ts';
import type { ConfiguredSource } from '../configuration.ts';
import { createProgress, type Progress } from '../progress.ts';
import type { ReferenceConfiguration } from './reference-configuration.ts';
import { logCall, logHealth } from './run-log.ts';

export interface Reading {
  readonly store: Store;
  readonly configuration: ReferenceConfiguration;
  readonly log: Log;
  readonly io: Io;
  /** Nothing is drawn. */
  readonly isQuiet: boolean;
}

/**
 * Every problem is listed anew, because zones and hosts change without a trace on the problem; details are read for
 * what has changed. Throws `cancelled`; what an environment does not answer is for the verdict to say.
 */
export async function collectEnvironments(reading: Reading): Promise<void> {
  const { configuration, io, isQuiet } = reading;
  const progress = isQuiet ? undefined : createProgress(io);
  if (configuration.maxWorkers === undefined) {
    await Promise.all(configuration.sources.map((source) => collectOne(source, reading, progress)));
  } else {
    // One after the other, so that so many calls at a time holds for both together.
    for (const source of configuration.sources) await collectOne(source, reading, progress);
  }
  progress?.end();
  if (io.signal.aborted) {
    throw new GatehouseError('cancelled', 'stopped before there was a decision; what was read is kept', {
      cause: io.signal.reason,
    });
  }
}

async function collectOne(
  { name, source, settings }: ConfiguredSource,
  { store, configuration, log, io }: Reading,
  progress: Progress | undefined,
): Promise<void> {
  const http = await source.connect(settings, {
    sourceId: name,
    environment: configuration.env,
    createClient: clientsSharing(store.writer),
    log,
    maxWorkers: configuration.maxWorkers,
    onEvent: (event) => logCall(log, name, event),
  });
  try {
    const collected = await collectSource({
      store,
      source,
      name,
      settings,
      scope: { labels: [] },
      // The report names entities and components.
      wants: new Set(['occurrences', 'entity-names']),
      pass: 'full',
      http,
      now: () => io.now().getTime(),
      signal: io.signal,
      onPage: ({ observations, details }) =>
        progress?.show(name, `${observations} problems, ${details} details`),
    });
    progress?.done(name, collected.state);
    tellEnd(log, collected);
  } finally {
    logHealth(log, name, http.stats());
    await http.close();
  }
}

function tellEnd(log: Log, { source, state, summary, reasons }: Collected): void {
  const facts = { problems: summary?.observations, rejected: summary?.rejected };
  if (state === 'complete') log.info(`${source}: complete`, facts);
  else log.error(`${source}: ${state}: ${reasons.join('; ')}`, facts);
}
