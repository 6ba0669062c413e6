/** How severe advisories say a vulnerability is, by all its names: worked out from every revision there ever was. */
import type { KeyedAdvisory } from '../../src/domain/keyed.ts';
import type { Severity } from '../../src/domain/severity.ts';
import { SEVERITIES } from './values.ts';
import type { World } from './world.ts';

export interface Rating {
  readonly severity: Severity;
  readonly score?: number;
}

/** The worst that the advisories on these names said at a moment; without one, what they say now. */
export function ratingOf(
  world: World,
  names: readonly string[],
  at = Number.POSITIVE_INFINITY,
): Rating | undefined {
  const ratings = names.flatMap((name) => {
    const revisions = world.advisories.filter((advisory) => advisory.names[0] === name);
    revisions.sort((a, b) => a.modifiedAt - b.modifiedAt);
    const [first] = revisions;
    const then = revisions.filter((one) => one.modifiedAt <= Math.max(at, first?.modifiedAt ?? at)).at(-1);
    return then === undefined ? [] : saidIn(then);
  });
  return ratings.sort(byPrecedence)[0];
}

function saidIn({ severity, score, withdrawnAt }: KeyedAdvisory): readonly Rating[] {
  if (withdrawnAt !== undefined || severity === undefined || severity === 'unknown') return [];
  return [{ severity, ...(score === undefined ? {} : { score }) }];
}

function byPrecedence(a: Rating, b: Rating): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (b.score ?? -1) - (a.score ?? -1);
}
