/** Everything an expression can ask of a finding, with its type and what it means. What is not known is absent. */
import type { Finding } from '../domain/finding.ts';
import type { Unread } from './rule.ts';

export interface FindingField {
  readonly type: 'string' | 'double' | 'bool' | 'list<string>';
  /** For people, after "finding.name": a phrase. */
  readonly means: string;
  /** At `now`; undefined: absent. */
  of(finding: Finding, now: number): string | number | boolean | readonly string[] | undefined;
  /** What must have been asked before what it says, or that it is absent, says anything. */
  readonly needs?: Unread;
}

const DAY_MS = 86_400_000;

export const FINDING_FIELDS = {
  vulnerability: text('the name it goes by: CVE, else GHSA, else the first', (one) => one.vulnerability),
  aliases: list('its other names', (one) => one.aliases),
  rule: text('the rule, where it is a finding in code', (one) => one.rule),
  component: text('package URL without version', (one) => one.component),
  location: text('file and line, where it is a finding in code', (one) => one.location),
  asset: text('name of the asset', ({ asset }) => asset.name),
  assetKind: text('kind of the asset: `host`, `image`, …', ({ asset }) => asset.kind),
  class: text('`vulnerability`, `code`, `secret`, …', (one) => one.class),
  severity: text('`critical`, `high`, `medium`, `low`, `info` or `unknown`', (one) => one.severity),
  score: number('CVSS score, 0 to 10', (one) => one.score),
  title: text('title as the source has it', (one) => one.title),
  ageDays: {
    ...number('days since it was opened', ({ openedAt }, now) => (now - openedAt) / DAY_MS),
    needs: 'history',
  },
  daysUntilDue: number(
    "days until the vendor's own deadline, below 0 when it has passed",
    ({ dueAt }, now) => (dueAt === undefined ? undefined : (dueAt - now) / DAY_MS),
  ),
  functionUsage: text('`in-use`, `not-in-use` or `not-available`', (one) => one.assessment.functionUsage),
  exposure: text('`public`, `not-detected` or `not-available`', (one) => one.assessment.exposure),
  dataAssets: text('`reachable`, `not-detected` or `not-available`', (one) => one.assessment.dataAssets),
  exploit: text('`available` or `not-available`, by the word of a source', (one) => one.assessment.exploit),
  epss: {
    ...number('EPSS probability, 0 to 1', (one) => one.intelligence?.epss?.probability),
    needs: 'epss',
  },
  epssPercentile: {
    ...number('EPSS percentile, 0 to 1', (one) => one.intelligence?.epss?.percentile),
    needs: 'epss',
  },
  kev: {
    ...flag("known to be in CISA's catalogue of exploited vulnerabilities", knownExploited),
    needs: 'kev',
  },
  ransomware: {
    ...flag('known from ransomware campaigns', (one) => one.intelligence?.kev?.isRansomware === true),
    needs: 'kev',
  },
  fixVersions: list('versions named as fixes', (one) => one.fixVersions),
  fixable: flag('whether a fix is known', (one) => one.fixVersions.length > 0),
  occurrences: number('in how many places it was seen', (one) => one.occurrences),
  sources: list('the sources that see it', (one) => one.sources),
  channels: list('the channels it is seen in', (one) => live(one, ({ channel }) => [channel])),
  versions: list('the installed versions', (one) => live(one, ({ versions }) => versions)),
  labels: list('its labels, as `kind:name`', (one) =>
    live(one, ({ labels }) => labels.map(({ kind, id, name }) => `${kind}:${name ?? id}`)),
  ),
} as const satisfies Readonly<Record<string, FindingField>>;

function text(means: string, of: (finding: Finding) => string | undefined): FindingField {
  return { type: 'string', means, of };
}

function number(means: string, of: (finding: Finding, now: number) => number | undefined): FindingField {
  return { type: 'double', means, of };
}

function flag(means: string, of: (finding: Finding) => boolean): FindingField {
  return { type: 'bool', means, of };
}

function list(means: string, of: (finding: Finding) => readonly string[]): FindingField {
  return { type: 'list<string>', means, of };
}

function knownExploited({ intelligence }: Finding): boolean {
  return intelligence?.kev !== undefined;
}

/** Of the observations that are live, each once. */
function live(
  { observations }: Finding,
  of: (view: Finding['observations'][number]) => readonly string[],
): readonly string[] {
  return [...new Set(observations.filter((view) => view.live).flatMap(of))];
}
