/**
 * What Dynatrace's fields mean. What decides which finding this is, or whether a scope holds it, is read strictly: a
 * wrong type there would make another finding out of it, so the record is rejected. What is only shown is read
 * loosely. Words that are not known yet arrive without a version change, and are taken as "not known".
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Severity } from '../../domain/severity.ts';
import type {
  Assessment,
  AssetRef,
  Defect,
  Label,
  Life,
  Location,
  Observation,
  Rejected,
} from '../../domain/statement.ts';
import { packageUrl } from './components.ts';

export const text = z.string().nullish();
export const shownText = text.catch(undefined);
const shownNumber = z.number().nullish().catch(undefined);
const time = z.int().positive().max(8.64e15).nullish().catch(undefined);
const texts = z.array(z.string()).nullish();
const shownTexts = texts.catch(undefined);

/** Digits of an unsigned 64-bit number: as a JSON number it has already lost its end. */
export const ProblemId = z.string().regex(/^[\w-]{1,64}$/, 'is not an id');

const Risk = z.object({
  riskLevel: shownText,
  riskScore: shownNumber,
  baseRiskVector: shownText,
  exposure: shownText,
  dataAssets: shownText,
  publicExploit: shownText,
  vulnerableFunctionUsage: shownText,
});

const CodeLevel = z.object({
  processGroupIds: shownTexts,
  processGroups: shownTexts,
  vulnerabilityLocation: text,
  shortVulnerabilityLocation: text,
  vulnerableFunction: shownText,
  type: text,
});

export const Problem = z.object({
  securityProblemId: ProblemId,
  displayId: shownText,
  status: text,
  muted: z.boolean().nullish(),
  externalVulnerabilityId: text,
  vulnerabilityType: text,
  title: shownText,
  packageName: text,
  url: shownText,
  technology: text,
  firstSeenTimestamp: time,
  lastUpdatedTimestamp: time,
  lastOpenedTimestamp: time,
  lastResolvedTimestamp: time,
  cveIds: texts,
  riskAssessment: Risk.nullish(),
  managementZones: z.array(z.object({ id: z.string().min(1), name: shownText })).nullish(),
  globalCounts: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  codeLevelVulnerabilityDetails: CodeLevel.nullish(),
});
export type Problem = z.infer<typeof Problem>;

/** A row of the list, read. `updatedAt` is the vendor's clock; undefined where the row does not say. */
export interface ProblemRow {
  readonly observation: Observation & { readonly key: string; readonly revision: string };
  readonly updatedAt: number | undefined;
}

export function readRow(record: unknown, asset: AssetRef, at: string): ProblemRow | Rejected {
  const parsed = Problem.safeParse(record);
  if (!parsed.success) return unreadable(record, at, parsed.error);
  return {
    observation: toObservation(parsed.data, asset),
    updatedAt: parsed.data.lastUpdatedTimestamp ?? undefined,
  };
}

export function unreadable(record: unknown, at: string, error: z.ZodError): Rejected {
  const id = z.object({ securityProblemId: ProblemId }).safeParse(record);
  const reasons = error.issues.map(({ path, message }) => `${path.join('.') || 'record'}: ${message}`);
  const key = id.success ? { key: id.data.securityProblemId } : {};
  return { at, reason: reasons.slice(0, 3).join('; '), ...key };
}

export function toObservation(problem: Problem, asset: AssetRef): ProblemRow['observation'] {
  const isCode = problem.vulnerabilityType === 'CODE_LEVEL';
  const purl = packageUrl(
    problem.packageName ?? undefined,
    problem.technology ?? undefined,
    problem.vulnerabilityType ?? undefined,
  );
  const risk = problem.riskAssessment ?? undefined;
  const said = {
    kind: 'observation',
    key: problem.securityProblemId,
    class: isCode ? 'code' : 'vulnerability',
    asset,
    defects: defectsOf(problem, isCode),
    ...(isCode ? { location: locationOf(problem) } : purl === undefined ? {} : { component: { purl } }),
    occurrences: [],
    life: lifeOf(problem),
    severity: severityOf(risk?.riskLevel),
    score: scoreOf(risk?.riskScore),
    about: {
      title: problem.title || problem.displayId || undefined,
      url: problem.url ?? undefined,
      vector: risk?.baseRiskVector ?? undefined,
    },
    assessment: assessmentOf(risk),
    setAside: problem.muted
      ? [{ kind: 'vendor-mute', issuer: 'dynatrace', reason: 'muted in Dynatrace' }]
      : [],
    labels: labelsOf(problem),
  } as const satisfies Observation;
  return { ...said, revision: revisionOf(problem, said) };
}

/** A Dynatrace problem lists defects, it does not declare them to be one: no id here is an alias of another. */
function defectsOf(problem: Problem, isCode: boolean): Defect[] {
  if (isCode) {
    return [
      { kind: 'rule', tool: 'dynatrace', id: problem.codeLevelVulnerabilityDetails?.type || 'CODE_LEVEL' },
    ];
  }
  const cves = [...new Set((problem.cveIds ?? []).map((id) => id.trim()).filter((id) => id !== ''))].sort();
  const ids = cves.length > 0 ? cves : [problem.externalVulnerabilityId?.trim() || problem.securityProblemId];
  return ids.map((id) => ({ kind: 'vulnerability', id, aliases: [] }));
}

/**
 * `org.example.OrderDao.find(String):42`: the line moves with every release and is kept apart. The vendor tracks the
 * defect by its problem id, which therefore is the fingerprint.
 */
function locationOf(problem: Problem): Location {
  const details = problem.codeLevelVulnerabilityDetails;
  const place =
    details?.vulnerabilityLocation || details?.shortVulnerabilityLocation || problem.title || 'unknown';
  const [, file, line] = /^(.*?)(?::(\d{1,9}))?$/s.exec(place)!;
  return {
    file: file || 'unknown',
    line: line === undefined ? undefined : Number(line),
    fingerprint: problem.securityProblemId,
    snippet: details?.vulnerableFunction ?? undefined,
  };
}

/** Only the word RESOLVED resolves: a status not known yet must not close anything. */
function lifeOf(problem: Problem): Life {
  const first = problem.firstSeenTimestamp ?? undefined;
  const opened = problem.lastOpenedTimestamp ?? undefined;
  const resolvedAt = problem.lastResolvedTimestamp ?? undefined;
  const isReopened = resolvedAt !== undefined && opened !== undefined && opened > (first ?? opened);
  return {
    state: problem.status === 'RESOLVED' ? 'resolved' : 'open',
    firstSeenAt: first,
    resolvedAt,
    reopenedAt: isReopened ? opened : undefined,
  };
}

const LEVELS: ReadonlyMap<unknown, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['NONE', 'info'],
]);

function severityOf(level: unknown): Severity {
  return LEVELS.get(level) ?? 'unknown';
}

function scoreOf(score: number | null | undefined): number | undefined {
  return typeof score === 'number' && score >= 0 && score <= 10 ? score : undefined;
}

/** A function usage that is missing or not understood could not be assessed, and policy must see that. */
function assessmentOf(risk: z.infer<typeof Risk> | undefined): Assessment {
  const { vulnerableFunctionUsage: usage, exposure, dataAssets, publicExploit } = risk ?? {};
  return {
    functionUsage: usage === 'IN_USE' ? 'in-use' : usage === 'NOT_IN_USE' ? 'not-in-use' : 'not-available',
    exposure: stated(exposure, { PUBLIC_NETWORK: 'public', NOT_DETECTED: 'not-detected' }),
    dataAssets: stated(dataAssets, { REACHABLE: 'reachable', NOT_DETECTED: 'not-detected' }),
    exploit: stated(publicExploit, { AVAILABLE: 'available' }),
  };
}

function stated<Word extends string>(
  value: string | null | undefined,
  words: Readonly<Record<string, Word>>,
): Word | 'not-available' | undefined {
  if (value === undefined || value === null) return undefined;
  return Object.hasOwn(words, value) ? words[value] : 'not-available';
}

function labelsOf(problem: Problem): Label[] {
  const labels: Label[] = (problem.managementZones ?? []).map(({ id, name }) => named('zone', id, name));
  if (problem.technology) labels.push({ kind: 'technology', id: problem.technology });
  const code = problem.codeLevelVulnerabilityDetails;
  for (const [at, id] of (code?.processGroupIds ?? []).entries()) {
    labels.push(named('process-group', id, code?.processGroups?.[at]));
  }
  return labels.sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function named(kind: Label['kind'], id: string, name: string | null | undefined): Label {
  return name ? { kind, id, name } : { kind, id };
}

/** Counts of what the details list; attacks come and go by the minute and are no part of them. */
const COUNTED = [
  'affectedNodes',
  'affectedProcessGroupInstances',
  'affectedProcessGroups',
  'exposedProcessGroups',
  'reachableDataAssets',
  'relatedApplications',
  'relatedHosts',
  'relatedKubernetesClusters',
  'relatedKubernetesWorkloads',
  'relatedServices',
  'vulnerableComponents',
];

/**
 * `time.counts.rest`. `lastUpdatedTimestamp` alone is not enough: zones are recomputed every quarter of an hour, and
 * counts may move without it. The first two parts say whether details are still good.
 */
function revisionOf(problem: Problem, said: Omit<Observation, 'revision'>): string {
  const counts = COUNTED.map((name) => problem.globalCounts?.[name] ?? null);
  return [problem.lastUpdatedTimestamp ?? 0, digestOf(counts), digestOf(said)].join('.');
}

export function isSameForDetails(revision: string, other: string | undefined): boolean {
  const detailPart = (text: string) => text.split('.', 2).join('.');
  return other !== undefined && detailPart(revision) === detailPart(other);
}

export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 12);
}
