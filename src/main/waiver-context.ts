/** What every command about waivers needs: the store, what stands in files, how long one may last. */
import type { Scope } from '../domain/scope.ts';
import { MAX_WAIVER_DAYS, type Waiver } from '../domain/waiver.ts';
import type { Io } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { waiversInFiles } from './waiver-files.ts';

export interface WaiverContext {
  readonly store: string;
  readonly scopes: readonly Scope[];
  readonly inFiles: readonly Waiver[];
  readonly maxDays: number;
  readonly now: number;
}

export interface WaiverSources {
  readonly config?: string;
  readonly waivers?: readonly string[];
}

export async function waiverContext(options: WaiverSources, io: Io): Promise<WaiverContext> {
  const configuration = await readConfiguration(io, options.config);
  const { store, scopes, policy } = configuration;
  return {
    store,
    scopes,
    inFiles: [...policy.waivers, ...(await waiversInFiles(configuration, options.waivers, io))],
    maxDays: policy.maxWaiverDays ?? MAX_WAIVER_DAYS,
    now: io.now().getTime(),
  };
}
