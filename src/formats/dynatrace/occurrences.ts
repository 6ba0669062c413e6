/** Where a problem was found; only the details of a problem say so. */
import type { Occurrence } from '../../domain/statement.ts';
import { type JsonObject, objectsOf, textOf, textsOf } from '../loose-values.ts';

const MOST_OCCURRENCES = 1000;

export function occurrencesOf(problem: JsonObject): readonly Occurrence[] {
  const occurrences: Occurrence[] = [];
  const placed = new Set<string>();
  for (const component of objectsOf(problem, 'vulnerableComponents')) {
    const path = textOf(component, 'fileName') ?? textOf(component, 'displayName');
    const version = versionOf(component, textOf(problem, 'packageName'));
    const entities = textsOf(component, 'affectedEntities');
    for (const entity of entities) {
      placed.add(entity);
      occurrences.push({ version, path, entity });
    }
    if (entities.length === 0) occurrences.push({ version, path });
  }
  for (const entity of new Set(textsOf(problem, 'affectedEntities'))) {
    if (!placed.has(entity)) occurrences.push({ entity });
  }
  return occurrences.slice(0, MOST_OCCURRENCES);
}

/** The name to show ends in the version: `org.example:parser:1.2.3`. */
function versionOf(component: JsonObject, packageName: string | undefined): string | undefined {
  const shown = textOf(component, 'displayName');
  if (packageName === undefined || shown === undefined || !shown.startsWith(packageName)) return undefined;
  return /^[:@ /](\d[\w.+-]*)$/.exec(shown.slice(packageName.length))?.[1];
}
