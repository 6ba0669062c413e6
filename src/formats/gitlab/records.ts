/** What the fields of a vulnerability in a report mean, whatever kind of scanner wrote it. */
import type { Severity } from '../../domain/severity.ts';
import type { FindingClass, Observation } from '../../domain/statement.ts';
import { asObject, type JsonObject, objectOf, objectsOf, textOf } from '../loose-values.ts';
import { codeOf } from './code.ts';
import { identifiersOf } from './identifiers.ts';
import { packageOf } from './package.ts';
import { classOf, type SecurityReport, scannerOf } from './report.ts';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['info', 'info'],
]);

/** The observation, or what is wrong with the entry. */
export function observationOf(value: unknown, report: SecurityReport): Observation | string {
  const entry = asObject(value);
  if (entry === undefined) return 'the entry is not an object';
  const identifiers = identifiersOf(entry);
  const names = ['name', 'message', ...(identifiers.length === 0 ? ['id', 'cve'] : [])];
  const title = names.map((name) => textOf(entry, name)).find((text) => text);
  if (identifiers.length === 0 && title === undefined) return 'the entry has neither identifiers nor a name';
  const location = objectOf(entry, 'location');
  const findingClass = classOfEntry(entry, location, report);
  const about = { entry, location, identifiers, title, tool: scannerOf(entry) ?? report.tool, report };
  const read = findingClass === 'vulnerability' ? packageOf(about) : codeOf(about, findingClass);
  return {
    kind: 'observation',
    class: findingClass,
    ...read,
    life: { state: 'open' },
    severity: SEVERITIES.get(textOf(entry, 'severity')?.toLowerCase() ?? '') ?? 'unknown',
    about: {
      title,
      description: textOf(entry, 'description'),
      url:
        identifiers.find(({ url }) => url !== undefined)?.url ?? textOf(objectsOf(entry, 'links')[0], 'url'),
      vector: textOf(objectsOf(entry, 'cvss_vectors')[0], 'vector'),
    },
    setAside: [],
    labels: read.labels ?? [],
  };
}

function classOfEntry(
  entry: JsonObject,
  location: JsonObject | undefined,
  report: SecurityReport,
): FindingClass {
  const stated = report.class ?? classOf(textOf(entry, 'category')?.toLowerCase() ?? '', report.tool);
  return stated ?? (objectOf(location, 'dependency') === undefined ? 'code' : 'vulnerability');
}

export function isLikelyFalsePositive(value: unknown): boolean {
  return objectsOf(asObject(value), 'flags').some(
    (flag) => textOf(flag, 'type') === 'flagged-as-likely-false-positive',
  );
}
