/** What the fields of a finding of Dependency-Track mean. */
import { type Severity, severityOfScore } from '../../domain/severity.ts';
import type { Life, Observation, SourceSetAside } from '../../domain/statement.ts';
import { isPackageUrl, packageUrl } from '../../platform/package-url.ts';
import {
  asObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  shortened,
  textOf,
  timeOf,
} from '../loose-values.ts';
import { namedDefects } from '../named-defects.ts';
import { type SbomSubject, subjectOf } from '../sbom-subject.ts';

export const TOOL = 'Dependency-Track';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['INFO', 'info'],
]);

/** The project that an export is about, or that a finding of the API names. */
export function projectOf(from: JsonObject | undefined): SbomSubject | undefined {
  return subjectOf({
    name: textOf(from, 'name') ?? textOf(from, 'uuid'),
    version: textOf(from, 'version'),
    purl: textOf(from, 'purl'),
    kind: 'other',
  });
}

/** The observation, or what is wrong with the finding. */
export function findingOf(value: unknown, project: SbomSubject | undefined): Observation | string {
  const finding = asObject(value);
  if (finding === undefined) return 'the finding is not an object';
  const vulnerability = objectOf(finding, 'vulnerability');
  const component = objectOf(finding, 'component');
  const id = idOf(vulnerability);
  if (id === undefined) return 'the finding names no vulnerability (vulnerability.vulnId)';
  const purl = purlOf(component);
  if (purl === undefined) return `${shortened(id)} names no component (component.purl, component.name)`;
  const version = textOf(component, 'version');
  const severity = SEVERITIES.get(textOf(vulnerability, 'severity')?.toUpperCase() ?? '') ?? 'unknown';
  const own = project ?? ownProjectOf(component);
  const rating = ratingOf(vulnerability, severity);
  return {
    kind: 'observation',
    class: 'vulnerability',
    asset: project === undefined ? own?.asset : undefined,
    defects: namedDefects(id, aliasesOf(vulnerability)),
    component: { purl, version },
    occurrences: [{ version, imageVersion: own?.version }],
    life: lifeOf(finding),
    severity,
    score: rating?.score,
    about: {
      title: textOf(vulnerability, 'title') ?? textOf(vulnerability, 'subtitle'),
      description: textOf(vulnerability, 'description'),
      url: textOf(objectOf(finding, 'attribution'), 'referenceUrl') ?? linkOf(vulnerability),
      vector: rating?.vector,
      publishedAt: momentOf(vulnerability, 'published'),
    },
    fix: fixOf(vulnerability),
    setAside: setAsideOf(finding),
    labels: [],
  };
}

function idOf(vulnerability: JsonObject | undefined): string | undefined {
  const id = textOf(vulnerability, 'vulnId');
  // The ids of that database are bare numbers.
  const isBare = textOf(vulnerability, 'source')?.toUpperCase() === 'VULNDB' && /^\d+$/.test(id ?? '');
  return isBare ? `VULNDB-${id}` : id;
}

const ALIASES = ['cveId', 'ghsaId', 'osvId', 'snykId', 'sonatypeId', 'gsdId'];

/** Each alias is an object with the names that the databases have for the same vulnerability. */
function aliasesOf(vulnerability: JsonObject | undefined): readonly string[] {
  const aliases = objectsOf(vulnerability, 'aliases');
  return aliases.flatMap((alias) => ALIASES.flatMap((name) => textOf(alias, name) ?? []));
}

function purlOf(component: JsonObject | undefined): string | undefined {
  const stated = textOf(component, 'purl');
  if (stated !== undefined && isPackageUrl(stated)) return stated;
  const name = textOf(component, 'name');
  return name && packageUrl('generic', name, textOf(component, 'version'), textOf(component, 'group'));
}

function ownProjectOf(component: JsonObject | undefined): SbomSubject | undefined {
  const name = textOf(component, 'projectName') ?? textOf(component, 'project');
  return subjectOf({ name, version: textOf(component, 'projectVersion'), purl: undefined, kind: 'other' });
}

/** Of the CVSS versions that a vulnerability is rated by, the one that its severity comes from. */
function ratingOf(
  vulnerability: JsonObject | undefined,
  severity: Severity,
): { score: number; vector: string | undefined } | undefined {
  const ratings = ['cvssV3', 'cvssV4', 'cvssV2'].flatMap((name) => {
    const score = numberOf(vulnerability, `${name}BaseScore`) ?? numberOf(vulnerability, `${name}Score`);
    if (score === undefined || score <= 0 || score > 10) return [];
    return { score, vector: textOf(vulnerability, `${name}Vector`) };
  });
  return ratings.find(({ score }) => severityOfScore(score) === severity) ?? ratings[0];
}

/** References are a list in Markdown. */
function linkOf(vulnerability: JsonObject | undefined): string | undefined {
  return /\((https?:\/\/[^\s()]+)\)/.exec(textOf(vulnerability, 'references') ?? '')?.[1];
}

function fixOf(vulnerability: JsonObject | undefined): Observation['fix'] {
  const text = textOf(vulnerability, 'recommendation');
  return text === undefined ? undefined : { versions: [], text };
}

/** Text in exports, epoch milliseconds in the API. */
function momentOf(from: JsonObject | undefined, name: string): number | undefined {
  const value = from?.[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : timeOf(from, name);
}

function stateOf(finding: JsonObject): string {
  const analysis = objectOf(finding, 'analysis');
  return (textOf(analysis, 'state') ?? textOf(analysis, 'analysisState') ?? '').toUpperCase();
}

function lifeOf(finding: JsonObject): Life {
  return {
    state: stateOf(finding) === 'RESOLVED' ? 'resolved' : 'open',
    firstSeenAt: momentOf(objectOf(finding, 'attribution'), 'attributedOn'),
  };
}

const UNAFFECTED: ReadonlySet<string> = new Set(['NOT_AFFECTED', 'FALSE_POSITIVE']);

export function isSuppressed(finding: JsonObject | undefined): boolean {
  return objectOf(finding, 'analysis')?.isSuppressed === true;
}

function setAsideOf(finding: JsonObject): readonly SourceSetAside[] {
  const state = stateOf(finding);
  const said = state.toLowerCase().replaceAll('_', ' ');
  if (isSuppressed(finding)) {
    const why = state === '' || state === 'NOT_SET' ? '' : `: ${said}`;
    return [{ kind: 'vendor-mute', issuer: TOOL, reason: `suppressed in Dependency-Track${why}` }];
  }
  return UNAFFECTED.has(state) ? [{ kind: 'vex', issuer: TOOL, reason: said }] : [];
}
