/** All there is to say of one finding, each value with who says it. */
import type { Explanation, NameLink } from '../domain/explanation.ts';
import type { FindingDetail, ObservationView } from '../domain/finding.ts';
import { showInstant } from '../domain/instant.ts';
import type { Occurrence } from '../domain/statement.ts';
import { findingLine } from './finding-line.ts';
import { toFindingJson, toIso } from './findings-json.ts';
import { toPlainLine } from './plain-text.ts';

export interface Explained {
  readonly finding: FindingDetail;
  readonly explanation: Explanation;
}

/** Places of a finding that are shown to people; JSON has all. */
const MOST_PLACES = 10;
const LONGEST_TEXT = 400;

export function showFinding({ finding, explanation }: Explained): string {
  const lines = [
    ...namesOf(finding, explanation.links),
    ...valuesOf(finding),
    ...intelligenceOf(finding),
    'seen by:',
    ...finding.observations.map((view) => `  ${viewOf(view)}`),
    ...placesOf(finding.where),
    'open:',
    ...finding.episodes.map(({ openedAt, closedAt, reason }) =>
      closedAt === undefined
        ? `  since ${showInstant(openedAt)}`
        : `  ${showInstant(openedAt)} to ${showInstant(closedAt)}${reason === undefined ? '' : ` (${reason})`}`,
    ),
    ...explanation.lineage.map(({ kind, finding: other }) =>
      kind === 'merged-in' ? `finding ${other} was merged into it` : `it was split from finding ${other}`,
    ),
  ];
  return `${[findingLine(finding), ...lines.map((line) => `  ${toPlainLine(line)}`)].join('\n')}\n`;
}

function namesOf(finding: FindingDetail, links: readonly NameLink[]): readonly string[] {
  if (finding.aliases.length === 0 && links.length === 0) return [];
  const names = [finding.vulnerability ?? '', ...finding.aliases];
  return [`names: ${names.join(', ')}`, ...links.map((link) => `  ${linkOf(link)}`)];
}

function linkOf({ name, other, holds, by }: NameLink): string {
  const what = `${name} ${holds ? 'is' : 'is not'} ${other}`;
  if (by === undefined) return `${what}: an entry said so`;
  if (by.kind === 'entry') return `${what}: ${by.source} said so on ${showInstant(by.at)}, entry ${by.key}`;
  const says = holds ? 'says so' : 'took that back';
  return `${what}: the advisory ${by.advisory} (${by.source}) ${says}, as of ${showInstant(by.modifiedAt)}`;
}

function valuesOf(finding: FindingDetail): readonly string[] {
  const { severity, score, title, description, fixVersions, advisedFixes = [], dueAt, origin } = finding;
  const rated = score === undefined ? severity : `${severity}, score ${score}`;
  const from = (value: string): string => (origin[value] === undefined ? '' : ` (${origin[value]})`);
  return [
    `severity: ${rated}${from('severity')}`,
    ...(title === undefined ? [] : [`title: ${title}${from('title')}`]),
    ...(description === undefined ? [] : [`description: ${cut(description)}${from('description')}`]),
    ...(fixVersions.length === 0 ? [] : [`fixed in: ${fixVersions.join(', ')}${from('fix')}`]),
    ...advisedFixes.map(
      ({ advisory, versions }) => `fixed in: ${versions.join(', ')} (advisory ${advisory})`,
    ),
    ...(dueAt === undefined ? [] : [`due: ${showInstant(dueAt)}`]),
  ];
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}

function intelligenceOf({ intelligence }: FindingDetail): readonly string[] {
  const { epss, kev } = intelligence ?? {};
  return [
    ...(epss === undefined ? [] : [`EPSS: ${epss.probability}`]),
    ...(kev === undefined
      ? []
      : [`KEV: since ${showInstant(kev.addedAt)}${kev.isRansomware ? ', known from ransomware' : ''}`]),
  ];
}

function viewOf({ source, channel, key, live, severity, score, versions }: ObservationView): string {
  const where = channel === '' ? source : `${source} in ${channel}`;
  const rated = score === undefined ? severity : `${severity}, score ${score}`;
  const version = versions.length === 0 ? '' : `, version ${versions.join(', ')}`;
  return `${where}: ${rated}${version}, entry ${key}${live ? '' : ' (no longer)'}`;
}

function placesOf(where: readonly Occurrence[]): readonly string[] {
  const places = where.map(placeOf).filter((place) => place !== '');
  if (places.length === 0) return [];
  const more = places.length - MOST_PLACES;
  return [
    'at:',
    ...places.slice(0, MOST_PLACES).map((place) => `  ${place}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function placeOf({ version, path, line, layer, imageVersion, entity, entityName }: Occurrence): string {
  const at = path === undefined || line === undefined ? path : `${path}:${line}`;
  return [version, at, layer, imageVersion, entityName ?? entity]
    .filter((part) => part !== undefined)
    .join('  ');
}

/** Every key is always there; what is not known is null. */
export function toExplainedJson({ finding, explanation }: Explained): Readonly<Record<string, unknown>> {
  const { epss, kev } = finding.intelligence ?? {};
  return {
    id: finding.id,
    finding: toFindingJson(finding),
    description: finding.description ?? null,
    origin: finding.origin,
    names: explanation.links.map(({ name, other, holds, by }) => ({
      name,
      other,
      holds,
      by: by === undefined ? null : toByJson(by),
    })),
    advisedFixes: finding.advisedFixes ?? [],
    epss: epss?.probability ?? null,
    kev: kev === undefined ? null : { since: toIso(kev.addedAt), isRansomware: kev.isRansomware },
    observations: finding.observations.map(({ source, channel, key, live, severity, score, versions }) => ({
      source,
      channel,
      key,
      live,
      severity,
      score: score ?? null,
      versions,
    })),
    where: finding.where,
    episodes: finding.episodes.map(({ openedAt, closedAt, reason }) => ({
      openedAt: toIso(openedAt),
      closedAt: toIso(closedAt),
      reason: reason ?? null,
    })),
    lineage: explanation.lineage.map(({ kind, finding: other }) => ({ kind, finding: other })),
  };
}

function toByJson(by: NonNullable<NameLink['by']>): Readonly<Record<string, unknown>> {
  if (by.kind === 'entry') return { kind: by.kind, source: by.source, key: by.key, at: toIso(by.at) };
  return { kind: by.kind, advisory: by.advisory, source: by.source, modifiedAt: toIso(by.modifiedAt) };
}
