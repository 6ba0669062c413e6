/** What the fields of code scanning and secret scanning mean. */
import type { Severity } from '../../domain/severity.ts';
import type { AssetRef, Observation } from '../../domain/statement.ts';
import { type JsonObject, numberOf, objectOf, shortened, textOf } from '../loose-values.ts';
import { sourcePath } from '../source-path.ts';
import { lifeOf, setAsideOf } from './alert-state.ts';

const SECURITY_LEVELS: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
]);

/** A rule without a security severity says how bad it is as SARIF does. */
const LEVELS: ReadonlyMap<string, Severity> = new Map([
  ['error', 'high'],
  ['warning', 'medium'],
  ['note', 'low'],
  ['none', 'info'],
]);

/** The observation, or what is wrong with the alert. */
export function codeAlertOf(alert: JsonObject, asset: AssetRef | undefined): Observation | string {
  const rule = objectOf(alert, 'rule');
  const id = textOf(rule, 'id') ?? textOf(rule, 'name');
  if (id === undefined) return 'the alert names no rule (rule.id)';
  const instance = objectOf(alert, 'most_recent_instance');
  const location = objectOf(instance, 'location');
  if (textOf(location, 'path') === undefined && numberOf(alert, 'number') === undefined)
    return `the alert of ${shortened(id)} says no place (most_recent_instance.location.path)`;
  return {
    ...placed(alert, asset, location),
    class: 'code',
    defects: [{ kind: 'rule', tool: textOf(objectOf(alert, 'tool'), 'name') ?? 'GitHub code scanning', id }],
    severity: severityOf(rule),
    about: {
      title: textOf(rule, 'description') ?? textOf(rule, 'name'),
      description: textOf(objectOf(instance, 'message'), 'text') ?? textOf(rule, 'full_description'),
      url: textOf(alert, 'html_url'),
    },
  };
}

/** The secret itself stands in the alert too, and is not read. */
export function secretAlertOf(alert: JsonObject, asset: AssetRef | undefined): Observation | string {
  const id = textOf(alert, 'secret_type');
  if (id === undefined) return 'the alert names no kind of secret (secret_type)';
  const details =
    objectOf(objectOf(alert, 'location'), 'details') ?? objectOf(alert, 'first_location_detected');
  return {
    ...placed(alert, asset, details),
    class: 'secret',
    defects: [{ kind: 'rule', tool: 'GitHub secret scanning', id }],
    severity: 'unknown',
    about: { title: textOf(alert, 'secret_type_display_name') ?? id, url: textOf(alert, 'html_url') },
  };
}

/** GitHub itself follows an alert, by its number, through all versions of the code. */
function placed(
  alert: JsonObject,
  asset: AssetRef | undefined,
  place: JsonObject | undefined,
): Omit<Observation, 'class' | 'defects' | 'severity' | 'about'> {
  const number = numberOf(alert, 'number');
  const file = sourcePath(textOf(place, 'path') ?? 'unknown');
  const line = numberOf(place, 'start_line');
  return {
    kind: 'observation',
    asset,
    location: {
      file,
      line,
      column: numberOf(place, 'start_column'),
      fingerprint: number === undefined ? undefined : `alert ${number}`,
    },
    occurrences: [{ path: file, line }],
    life: lifeOf(alert),
    setAside: setAsideOf(alert),
    labels: [],
  };
}

function severityOf(rule: JsonObject | undefined): Severity {
  const level = textOf(rule, 'security_severity_level')?.toLowerCase() ?? '';
  return SECURITY_LEVELS.get(level) ?? LEVELS.get(textOf(rule, 'severity')?.toLowerCase() ?? '') ?? 'unknown';
}
