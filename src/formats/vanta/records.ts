/** What the fields of Vanta's vulnerabilities mean. */
import type { Severity } from '../../domain/severity.ts';
import type { Defect, Observation, SourceSetAside } from '../../domain/statement.ts';
import { asObject, type JsonObject, numberOf, objectOf, textOf, textsOf, timeOf } from '../loose-values.ts';
import { packageOf } from './package-identifier.ts';

export const TOOL = 'Vanta';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['info', 'info'],
  ['informational', 'info'],
]);

/** The observation, or what is wrong with the row. */
export function rowOf(value: unknown): Observation | string {
  const row = asObject(value);
  const id = textOf(row, 'id');
  const name = textOf(row, 'name');
  if (row === undefined || id === undefined) return 'the row has no id';
  if (textOf(row, 'vulnerabilityId') !== undefined) return 'the row is a remediation, no vulnerability';
  if (textOf(row, 'assetType') !== undefined) return 'the row is an asset, no vulnerability';
  if (name === undefined) return `row ${id} names no vulnerability (name)`;
  const target = textOf(row, 'targetId');
  const isConfiguration = /^configuration\b/i.test(textOf(row, 'vulnerabilityType') ?? '');
  const found = packageOf(textOf(row, 'packageIdentifier'));
  return {
    kind: 'observation',
    key: id,
    class: isConfiguration ? 'misconfiguration' : 'vulnerability',
    // Vanta's own id of what it found this on; what that is, stands in another list.
    asset: target === undefined ? undefined : { kind: 'host', name: target },
    defects: isConfiguration ? [ruleOf(row, name)] : vulnerabilitiesOf(row, name),
    component: found && { purl: found.purl, version: found.version },
    occurrences: [{ version: found?.version }],
    life: { state: 'open', firstSeenAt: timeOf(row, 'firstDetectedDate') },
    severity: SEVERITIES.get(textOf(row, 'severity')?.toLowerCase() ?? '') ?? 'unknown',
    score: scoreOf(row),
    about: {
      title: name,
      description: textOf(row, 'description'),
      url: textOf(row, 'externalURL') ?? textsOf(row, 'relatedUrls')[0],
    },
    fix: fixOf(row, found?.fixes ?? []),
    setAside: setAsideOf(row),
    labels: [],
    dueAt: timeOf(row, 'remediateByDate'),
  };
}

const KNOWN_ID = /\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})\b/gi;

/** By the ids in its name. A group of vulnerabilities lists them; what else is only related is no name of it. */
function vulnerabilitiesOf(row: JsonObject, name: string): readonly Defect[] {
  const isGroup = textOf(row, 'vulnerabilityType')?.toUpperCase() === 'GROUPED';
  const named = name.match(KNOWN_ID) ?? (isGroup ? textsOf(row, 'relatedVulns') : []);
  const ids = named.length === 0 ? [name] : [...new Set(named.map((id) => id.trim()))];
  return ids.map((id) => ({ kind: 'vulnerability', id, aliases: [] }));
}

function ruleOf(row: JsonObject, name: string): Defect {
  return { kind: 'rule', tool: textOf(row, 'integrationId') ?? TOOL, id: name };
}

function scoreOf(row: JsonObject): number | undefined {
  const score = numberOf(row, 'cvssSeverityScore');
  return score !== undefined && score > 0 && score <= 10 ? score : undefined;
}

function fixOf(row: JsonObject, ofRange: readonly string[]): Observation['fix'] {
  const stated = textOf(row, 'fixedVersion');
  const versions = stated === undefined ? ofRange : [stated];
  if (versions.length > 0) return { versions };
  return row.isFixable === true ? { versions: [], text: 'there is a fix' } : undefined;
}

function setAsideOf(row: JsonObject): readonly SourceSetAside[] {
  const deactivated = objectOf(row, 'deactivateMetadata');
  if (deactivated === undefined) return [];
  const reason = textOf(deactivated, 'deactivationReason') ?? textOf(deactivated, 'reason');
  return [
    {
      kind: 'vendor-mute',
      issuer: 'vanta',
      reason: reason ?? 'deactivated in Vanta',
      at: timeOf(deactivated, 'deactivatedOnDate'),
      until: timeOf(deactivated, 'deactivatedUntilDate'),
    },
  ];
}
