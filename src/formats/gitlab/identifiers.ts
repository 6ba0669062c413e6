import type { Defect, Observation } from '../../domain/statement.ts';
import { type JsonObject, objectsOf, textOf } from '../loose-values.ts';
import { namedDefects } from '../named-defects.ts';
import type { SecurityReport } from './report.ts';

/** One of the ids that an entry goes by; the first is the primary one. */
interface Identifier {
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly url: string | undefined;
}

/** An entry, with what is read of it already. */
export interface Entry {
  readonly entry: JsonObject;
  readonly location: JsonObject | undefined;
  readonly identifiers: readonly Identifier[];
  readonly title: string | undefined;
  readonly tool: string;
  readonly report: SecurityReport;
}

/** What depends on the class of an entry. */
export type Sorted = Pick<Observation, 'defects' | 'occurrences'> & Partial<Observation>;

export function identifiersOf(entry: JsonObject): readonly Identifier[] {
  return objectsOf(entry, 'identifiers').flatMap((identifier) => {
    const value = textOf(identifier, 'value') ?? textOf(identifier, 'name');
    if (value === undefined) return [];
    return {
      type: textOf(identifier, 'type')?.toLowerCase() ?? '',
      name: textOf(identifier, 'name') ?? value,
      value,
      url: textOf(identifier, 'url'),
    };
  });
}

/** Classifications, which thousands of defects share. */
const CLASSIFICATION = /^(?:cwe|owasp|wasc|capec|sans|hipaa|pci|asvs)/;

/** The rule of an entry: its primary identifier, unless that only classifies it. */
export function ruleOf({ identifiers, title, tool }: Entry): Defect {
  const own = identifiers.find(({ type }) => !CLASSIFICATION.test(type)) ?? identifiers[0];
  const isClass = own !== undefined && CLASSIFICATION.test(own.type);
  return { kind: 'rule', tool, id: (isClass ? own.name : own?.value) ?? title ?? '' };
}

const VULNERABILITY_ID = /^(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})$/i;

/**
 * The identifiers of an entry are names of the same vulnerability. Those of GitLab's own database, one for each
 * package, are only taken where nobody else named it.
 */
export function vulnerabilitiesOf({ identifiers, title }: Entry): readonly Defect[] {
  const ids = identifiers.map(({ value }) => value).filter((value) => VULNERABILITY_ID.test(value));
  const cves = [...new Set(ids.filter((id) => /^cve/i.test(id)))];
  if (cves.length > 1) return cves.map((id) => ({ kind: 'vulnerability', id, aliases: [] }));
  const others = identifiers.filter(({ type }) => type !== 'gemnasium' && !CLASSIFICATION.test(type));
  const primary = cves[0] ?? ids[0] ?? others[0]?.value ?? identifiers[0]?.name ?? title ?? '';
  return namedDefects(
    primary,
    ids.filter((id) => id !== primary),
  );
}
