/**
 * A zone that is misspelt, or was renamed, lists nothing and looks like a zone without problems: the one mistake that
 * would turn a scope into GO. So a zone that no problem carries must at least contain something.
 */
import * as z from 'zod';
import { isGatehouseError } from '../../domain/errors.ts';
import type { Label } from '../../domain/statement.ts';
import { type Environment, endsRun, sentenceOf } from './environment.ts';
import { isZoneId, quote } from './selector.ts';

/** What a zone of any use here has at least one of. */
const TYPES = ['HOST', 'PROCESS_GROUP'];
const Count = z.object({ totalCount: z.int().nonnegative() });

export interface ZoneCheck {
  readonly environment: Environment;
  readonly wanted: readonly Label[];
  /** The zones that problems carry. */
  readonly found: readonly Label[];
  readonly from: string;
  readonly signal: AbortSignal;
}

/** A sentence for each zone of the scope that is not known to exist. */
export async function doubtsAboutZones({ wanted, found, ...rest }: ZoneCheck): Promise<string[]> {
  const carried = new Set(found.filter(({ kind }) => kind === 'zone').flatMap(({ id, name }) => [id, name]));
  const silent = wanted.filter(({ kind, id, name }) => kind === 'zone' && !carried.has(name ?? id));
  const doubts = await Promise.all(silent.map((zone) => doubtAbout(zone, rest)));
  return doubts.filter((doubt) => doubt !== undefined);
}

async function doubtAbout(
  zone: Label,
  { environment, from, signal }: Omit<ZoneCheck, 'wanted' | 'found'>,
): Promise<string | undefined> {
  const name = zone.name ?? zone.id;
  const criterion = isZoneId(zone) ? `mzId(${quote(zone.id)})` : `mzName(${quote(name)})`;
  try {
    for (const type of TYPES) {
      const query = { entitySelector: `type("${type}"),${criterion}`, pageSize: '1', from };
      const { body } = await environment.get(['entities'], query, Count, signal);
      if (body.totalCount > 0) return undefined;
    }
    return `the zone ${name} contains no host and no process group; check how it is written`;
  } catch (error) {
    const isRefused = isGatehouseError(error) && error.code === 'unauthenticated';
    if (!isRefused && endsRun(error, signal)) throw error;
    return `no problem is in the zone ${name}, and whether it exists could not be read: ${sentenceOf(error)}`;
  }
}
