/**
 * A zone, host or tag that is misspelt, or was renamed, lists nothing and looks like one without problems: the one
 * mistake that would turn a scope into GO. So a zone that no problem carries must at least contain something, a host
 * must be one that the environment knows, and a tag must be on something.
 */
import * as z from 'zod';
import { isGatehouseError } from '../../domain/errors.ts';
import type { Label } from '../../domain/statement.ts';
import { type Environment, endsRun, sentenceOf } from './environment.ts';
import { LIST } from './list.ts';
import { isZoneId, quote, selectorsOf } from './selector.ts';

/** What a zone of any use here has at least one of. */
const TYPES = ['HOST', 'PROCESS_GROUP'];
const Count = z.object({ totalCount: z.int().nonnegative() });
const Listed = z.object({
  entities: z.array(z.looseObject({ entityId: z.string(), displayName: z.string().nullish() })),
});
/** In one question, whose text must stay below 2,000 characters. */
const IDS_ASKED = 60;
const NAMES_ASKED = 7;

export interface ZoneCheck {
  readonly environment: Environment;
  readonly wanted: readonly Label[];
  /** The zones that problems carry. */
  readonly found: readonly Label[];
  readonly from: string;
  readonly signal: AbortSignal;
}

/** A sentence for each zone, host and tag of the scope that is not known to exist. */
export async function doubtsAboutScope(check: ZoneCheck): Promise<string[]> {
  const hosts = check.wanted.filter(({ kind }) => kind === 'host');
  const ids = hosts.filter(({ name }) => name === undefined).map(({ id }) => id);
  const names = hosts.flatMap(({ name }) => name ?? []);
  const doubts = await Promise.all([
    doubtsAboutZones(check),
    doubtsAboutTags(check),
    ...chunksOf(ids, IDS_ASKED).map((some) => doubtsAboutHosts(`entityId(${listed(some)})`, some, check)),
    ...chunksOf(names, NAMES_ASKED).map((some) =>
      doubtsAboutHosts(`type("HOST"),entityName.in(${listed(some)})`, some, check),
    ),
  ]);
  return doubts.flat();
}

function listed(texts: readonly string[]): string {
  return texts.map(quote).join(',');
}

function chunksOf(texts: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(texts.length / size) }, (_, n) =>
    texts.slice(n * size, (n + 1) * size),
  );
}

async function doubtsAboutHosts(
  entitySelector: string,
  asked: readonly string[],
  { environment, from, signal }: ZoneCheck,
): Promise<string[]> {
  try {
    // Several hosts may share a name; the page is large enough for most, and one of each name is enough.
    const query = { entitySelector, pageSize: '500', from };
    const { body } = await environment.get(['entities'], query, Listed, signal);
    const known = new Set(body.entities.flatMap(({ entityId, displayName }) => [entityId, displayName]));
    return asked
      .filter((host) => !known.has(host))
      .map((host) => `the host ${host} is not known to the environment; check how it is written`);
  } catch (error) {
    const isRefused = isGatehouseError(error) && error.code === 'unauthenticated';
    if (!isRefused && endsRun(error, signal)) throw error;
    return [`whether the hosts ${asked.join(', ')} exist could not be read: ${sentenceOf(error)}`];
  }
}

async function doubtsAboutZones({ wanted, found, ...rest }: ZoneCheck): Promise<string[]> {
  const carried = new Set(found.filter(({ kind }) => kind === 'zone').flatMap(({ id, name }) => [id, name]));
  const silent = wanted.filter(({ kind, id, name }) => kind === 'zone' && !carried.has(name ?? id));
  const doubts = await Promise.all(silent.map((zone) => doubtAbout(zone, rest)));
  return doubts.filter((doubt) => doubt !== undefined);
}

async function doubtAbout(zone: Label, { environment, from, signal }: Asked): Promise<string | undefined> {
  const name = zone.name ?? zone.id;
  const criterion = isZoneId(zone) ? `mzId(${quote(zone.id)})` : `mzName(${quote(name)})`;
  try {
    if (await isOnSomething(criterion, { environment, from, signal })) return undefined;
    return `the zone ${name} contains no host and no process group; check how it is written`;
  } catch (error) {
    const isRefused = isGatehouseError(error) && error.code === 'unauthenticated';
    if (!isRefused && endsRun(error, signal)) throw error;
    return `no problem is in the zone ${name}, and whether it exists could not be read: ${sentenceOf(error)}`;
  }
}

type Asked = Omit<ZoneCheck, 'wanted' | 'found'>;

async function isOnSomething(criterion: string, { environment, from, signal }: Asked): Promise<boolean> {
  for (const type of TYPES) {
    const query = { entitySelector: `type("${type}"),${criterion}`, pageSize: '1', from };
    const { body } = await environment.get(['entities'], query, Count, signal);
    if (body.totalCount > 0) return true;
  }
  return false;
}

async function doubtsAboutTags({ wanted, found: _, ...rest }: ZoneCheck): Promise<string[]> {
  const tags = wanted.filter(({ kind }) => kind === 'tag');
  const doubts = await Promise.all(tags.map((tag) => doubtAboutTag(tag, rest)));
  return doubts.filter((doubt) => doubt !== undefined);
}

/**
 * Problems do not carry tags, so the list must be asked for each. It finds parts of a tag, which entities do not: one
 * that is on entities without any problem must be written as its key, or whole.
 */
async function doubtAboutTag(tag: Label, asked: Asked): Promise<string | undefined> {
  const { environment, from, signal } = asked;
  const [securityProblemSelector = ''] = selectorsOf([tag]);
  try {
    const query = { securityProblemSelector, pageSize: '1', from };
    const { body } = await environment.get(LIST, query, Count, signal);
    if (body.totalCount > 0 || (await isOnSomething(`tag(${quote(tag.id)})`, asked))) return undefined;
    return `no problem, host or process group has the tag ${tag.id}; check how it is written`;
  } catch (error) {
    const isRefused = isGatehouseError(error) && error.code === 'unauthenticated';
    if (!isRefused && endsRun(error, signal)) throw error;
    return `whether the tag ${tag.id} is on anything could not be read: ${sentenceOf(error)}`;
  }
}
