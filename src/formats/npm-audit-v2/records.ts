/** What the fields of npm 7 and later mean. */
import type { Observation, Occurrence } from '../../domain/statement.ts';
import { packageUrl } from '../../platform/package-url.ts';
import { asObject, type JsonObject, listOf, objectOf, textOf, textsOf, timeOf } from '../loose-values.ts';
import { npmDefectsOf, npmPatchesOf, npmRatingOf, npmSeverityOf } from '../npm-advisory.ts';
import { fixesOfRange } from '../version-range.ts';

const MOST_PLACES = 500;

/** The advisories about a package itself; names of others, through which it is vulnerable too, are left out. */
export function advisoriesOf(
  entry: JsonObject,
): readonly { readonly index: number; readonly value: unknown }[] {
  return listOf(entry, 'via')
    .map((value, index) => ({ index, value }))
    .filter(({ value }) => typeof value !== 'string');
}

/** By what npm tells advisories apart: the same one may stand in several entries. */
export function advisoryKeyOf(value: unknown): string {
  const advisory = asObject(value);
  const number = numberOfAdvisory(advisory);
  const url = textOf(advisory, 'url');
  const title = number === undefined && url === undefined ? textOf(advisory, 'title') : undefined;
  return JSON.stringify([number, url, title]);
}

/** The observation, or what is wrong with the advisory; `key` names the package in the list. */
export function advisoryOf(value: unknown, entry: JsonObject, key: string): Observation | string {
  const advisory = asObject(value);
  if (advisory === undefined) return 'the advisory is neither an object nor the name of a package';
  const name =
    ['name', 'dependency', 'module_name'].map((member) => textOf(advisory, member)).find((text) => text) ??
    textOf(entry, 'name') ??
    (key.trim() === '' ? undefined : key.trim());
  if (name === undefined) return 'the advisory names no package';
  const defects = npmDefectsOf(advisory, numberOfAdvisory(advisory), textsOf(advisory, 'cves'));
  if (defects === undefined) return 'the advisory has no number and no address (source, url)';
  const rating = npmRatingOf(advisory);
  return {
    kind: 'observation',
    class: 'vulnerability',
    defects,
    component: { purl: packageUrl('npm', name) },
    occurrences: occurrencesOf(entry),
    life: { state: 'open' },
    severity: npmSeverityOf(advisory),
    score: rating.score,
    about: {
      title: textOf(advisory, 'title'),
      // The first npm 7 wrote the whole advisory, as npm 6 does.
      description: textOf(advisory, 'overview'),
      url: textOf(advisory, 'url'),
      vector: rating.vector,
      publishedAt: timeOf(advisory, 'created'),
    },
    fix: fixOf(advisory, entry, name),
    setAside: [],
    labels: [],
  };
}

function numberOfAdvisory(advisory: JsonObject | undefined): string | undefined {
  const number = advisory?.source ?? advisory?.id;
  if (typeof number === 'number' && Number.isFinite(number)) return String(number);
  return textOf(advisory, 'source') ?? textOf(advisory, 'id');
}

function occurrencesOf(entry: JsonObject): readonly Occurrence[] {
  const places = textsOf(entry, 'nodes').slice(0, MOST_PLACES);
  return places.length === 0 ? [{}] : places.map((path) => ({ path }));
}

/**
 * Each range that is vulnerable up to a version, and not with it, is fixed by that version. What npm would install for
 * it is mostly another package, which depends on this one.
 */
function fixOf(advisory: JsonObject, entry: JsonObject, name: string): Observation['fix'] {
  const range = textOf(advisory, 'range') ?? textOf(advisory, 'vulnerable_versions') ?? '';
  const patches = npmPatchesOf(advisory);
  const ends = [...(patches.length > 0 ? patches : fixesOfRange(range))];
  const offered = objectOf(entry, 'fixAvailable');
  const installed = textOf(offered, 'name');
  const version = textOf(offered, 'version');
  if (installed === name && version !== undefined) ends.push(version);
  const versions = [...new Set(ends)];
  const text = fixTextOf(entry.fixAvailable, installed, version);
  return versions.length === 0 && text === undefined ? undefined : { versions, text };
}

function fixTextOf(
  offered: unknown,
  installed: string | undefined,
  version: string | undefined,
): string | undefined {
  if (offered === true) return 'npm audit fix';
  if (offered === false) return 'npm audit knows no fix';
  if (installed === undefined || version === undefined) return undefined;
  const isBreaking = asObject(offered)?.isSemVerMajor === true;
  return `install ${installed}@${version}${isBreaking ? ', a breaking change' : ''}`;
}
