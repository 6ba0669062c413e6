/** What the fields of Dependabot's alerts mean: in REST, in GraphQL, and in the webhook of old. */
import type { Severity } from '../../domain/severity.ts';
import type { AssetRef, Defect, Observation } from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { type JsonObject, numberOf, objectOf, objectsOf, textOf, textsOf } from '../loose-values.ts';
import { namedDefects } from '../named-defects.ts';
import { ecosystemOfFile } from '../package-manager.ts';
import { lifeOf, objectSaid, setAsideOf, textSaid, timeSaid } from './alert-state.ts';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
]);

/** The observation, or what is wrong with the alert. */
export function dependencyAlertOf(alert: JsonObject, asset: AssetRef | undefined): Observation | string {
  const vulnerability = objectSaid(alert, 'security_vulnerability');
  const advisory = objectSaid(alert, 'security_advisory') ?? objectOf(vulnerability, 'advisory');
  const defects = defectsOf(alert, advisory, asset);
  if (defects === undefined) return 'the alert names no advisory and has no number';
  const dependency = objectOf(objectOf(alert, 'dependency'), 'package') ?? objectOf(vulnerability, 'package');
  const name = textOf(dependency, 'name') ?? textOf(alert, 'affected_package_name');
  if (name === undefined) return `the alert about ${defects[0]?.id} names no package`;
  const path =
    textOf(objectOf(alert, 'dependency'), 'manifest_path') ??
    textSaid(alert, 'vulnerable_manifest_path') ??
    textSaid(alert, 'vulnerable_manifest_filename');
  const version = /^=+\s*(\S+)$/.exec(textSaid(alert, 'vulnerable_requirements') ?? '')?.[1];
  const rating = ratingOf(advisory);
  return {
    kind: 'observation',
    class: 'vulnerability',
    asset,
    defects,
    component: { purl: purlOf(textOf(dependency, 'ecosystem'), name, path, version), version },
    occurrences: [{ version, path }],
    life: lifeOf(alert),
    severity: severityOf(alert, vulnerability, advisory),
    score: rating.score,
    about: {
      title: textOf(advisory, 'summary'),
      description: textOf(advisory, 'description'),
      url: textOf(alert, 'html_url') ?? textOf(advisory, 'permalink') ?? addressOf(alert, advisory),
      vector: rating.vector,
      publishedAt: timeSaid(advisory, 'published_at'),
    },
    fix: fixOf(alert, vulnerability),
    setAside: setAsideOf(alert),
    labels: [],
  };
}

/** By GitHub's advisory, else a CVE; an advisory without such a name is known by the alert itself. */
function defectsOf(
  alert: JsonObject,
  advisory: JsonObject | undefined,
  asset: AssetRef | undefined,
): readonly Defect[] | undefined {
  const identifiers = objectsOf(advisory, 'identifiers');
  const named = (kind: string): readonly string[] =>
    identifiers
      .filter((one) => textOf(one, 'type')?.toUpperCase() === kind)
      .map((one) => textOf(one, 'value'))
      .filter((value) => value !== undefined);
  const gitHub = textSaid(advisory, 'ghsa_id') ?? textOf(alert, 'ghsa_id') ?? named('GHSA')[0];
  const stated = [textSaid(advisory, 'cve_id'), textOf(alert, 'external_identifier')];
  const others = [...stated.filter((id) => id !== undefined), ...named('CVE')];
  const id = gitHub ?? others[0] ?? ownId(alert, asset);
  return id === undefined ? undefined : namedDefects(id, [...new Set(others)]);
}

/** The id in GraphQL is GitHub's alone; a number is the repository's. */
function ownId(alert: JsonObject, asset: AssetRef | undefined): string | undefined {
  const number = numberOf(alert, 'number') ?? numberOf(alert, 'id');
  const node = numberOf(alert, 'id') === undefined ? textOf(alert, 'id') : undefined;
  return node ?? (number === undefined ? undefined : `${asset?.name ?? 'alert'}#${number}`);
}

function purlOf(
  ecosystem: string | undefined,
  name: string,
  path: string | undefined,
  version: string | undefined,
): string {
  // Maven's alone have a group and an artifact.
  const guessed = ecosystemOfFile(path) ?? (/^[\w.-]+:[\w.-]+$/.test(name) ? 'maven' : undefined);
  return ecosystemPackageUrl(ecosystem ?? guessed, name, version);
}

function severityOf(
  alert: JsonObject,
  vulnerability: JsonObject | undefined,
  advisory: JsonObject | undefined,
): Severity {
  const said = [vulnerability, advisory, alert].map((one) => textOf(one, 'severity')).find((word) => word);
  return SEVERITIES.get(said?.toLowerCase() ?? '') ?? 'unknown';
}

interface Rating {
  readonly score: number | undefined;
  readonly vector: string | undefined;
}

function ratingOf(advisory: JsonObject | undefined): Rating {
  const several = objectSaid(advisory, 'cvss_severities');
  const ratings = [
    objectOf(advisory, 'cvss'),
    objectSaid(several, 'cvss_v3'),
    objectSaid(several, 'cvss_v4'),
  ];
  for (const rating of ratings) {
    const score = numberOf(rating, 'score');
    if (score !== undefined && score > 0 && score <= 10)
      return { score, vector: textSaid(rating, 'vector_string') };
  }
  return { score: undefined, vector: undefined };
}

function addressOf(alert: JsonObject, advisory: JsonObject | undefined): string | undefined {
  const references = objectsOf(advisory, 'references').map((one) => textOf(one, 'url'));
  const own = references.find((url) => url?.startsWith('https://github.com/advisories/'));
  return own ?? references[0] ?? textsOf(advisory, 'references')[0] ?? textOf(alert, 'external_reference');
}

function fixOf(alert: JsonObject, vulnerability: JsonObject | undefined): Observation['fix'] {
  const version =
    textOf(objectSaid(vulnerability, 'first_patched_version'), 'identifier') ??
    textSaid(vulnerability, 'first_patched_version') ??
    textOf(alert, 'fixed_in');
  return version === undefined ? undefined : { versions: [version] };
}
