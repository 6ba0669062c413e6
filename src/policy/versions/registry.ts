import { apk } from './apk.ts';
import { composer } from './composer.ts';
import { deb } from './deb.ts';
import { gem } from './gem.ts';
import { generic } from './generic.ts';
import { maven } from './maven.ts';
import { pypi } from './pypi.ts';
import { rpm } from './rpm.ts';
import type { Scheme } from './scheme.ts';
import { golang, nuget, semver } from './semver.ts';

/** By the type of a package URL. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['apk', apk],
  ['cargo', semver],
  ['composer', composer],
  ['deb', deb],
  ['gem', gem],
  ['golang', golang],
  ['hex', semver],
  ['maven', maven],
  ['npm', semver],
  ['nuget', nuget],
  ['pub', semver],
  ['pypi', pypi],
  ['rpm', rpm],
  ['swift', semver],
]);

/** Of the ecosystem that the package URL names, else the one that is sure of least. */
export function schemeOf(component: string): Scheme {
  const type = /^pkg:\/{0,2}([A-Za-z][\w.+-]{0,40})\//.exec(component)?.[1];
  return SCHEMES.get(type?.toLowerCase() ?? '') ?? generic;
}
