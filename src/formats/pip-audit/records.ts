/** What the fields of pip-audit mean. */
import type { Observation } from '../../domain/statement.ts';
import { packageUrl } from '../../platform/package-url.ts';
import { asObject, type JsonObject, shortened, textOf, textsOf } from '../loose-values.ts';

export const TOOL = 'pip-audit';

export interface AuditedPackage {
  readonly name: string;
  readonly version: string | undefined;
  readonly isSkipped: boolean;
  readonly vulnerabilities: readonly unknown[];
}

/** The dependency, or what is wrong with it. */
export function dependencyOf(value: unknown): AuditedPackage | string {
  const entry = asObject(value);
  const name = textOf(entry, 'name');
  if (entry === undefined || name === undefined) return 'the dependency has no name';
  const isSkipped = textOf(entry, 'skip_reason') !== undefined;
  const vulnerabilities = entry.vulns;
  if (!Array.isArray(vulnerabilities) && !isSkipped) return `${shortened(name)} has no list of vulns`;
  return {
    name,
    version: textOf(entry, 'version'),
    isSkipped,
    vulnerabilities: Array.isArray(vulnerabilities) ? vulnerabilities : [],
  };
}

/** The observation, or what is wrong with the entry. pip-audit states no severity. */
export function vulnerabilityOf(value: unknown, { name, version }: AuditedPackage): Observation | string {
  const entry = asObject(value);
  const id = textOf(entry, 'id');
  if (id === undefined) return `a vulnerability of ${shortened(name)} has no id`;
  return {
    kind: 'observation',
    class: 'vulnerability',
    defects: [
      { kind: 'vulnerability', id, aliases: textsOf(entry, 'aliases').filter((alias) => alias !== id) },
    ],
    component: { purl: packageUrl('pypi', name, version), version },
    occurrences: [{ version }],
    life: { state: 'open' },
    severity: 'unknown',
    about: { description: textOf(entry, 'description') },
    fix: fixOf(entry),
    setAside: [],
    labels: [],
  };
}

function fixOf(entry: JsonObject | undefined): Observation['fix'] {
  const versions = textsOf(entry, 'fix_versions');
  return versions.length === 0 ? undefined : { versions };
}
