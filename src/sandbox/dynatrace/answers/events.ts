/** `GET /securityProblems/{id}/events`, and the last ten on the detail. */
import type { Problem, ProblemEvent, Risk } from '../data/model.ts';
import { decodePageKey, encodePageKey, requireKeyAlone } from '../query/page-key.ts';
import { dayMs, parseWindow } from '../query/time-frame.ts';
import { badRequest } from '../refusal.ts';
import type { Tenant } from '../tenant.ts';

export interface EventDialect {
  /** Renamed by the vendor in January 2026. */
  readonly deprecationName: 'VULNERABILITY_DEPRECATED' | 'VULNERABILITY_DISCONTINUED';
}

const pageSize = 100;

export function eventPage(
  problem: Problem,
  tenant: Tenant,
  parameters: ReadonlyMap<string, string>,
  dialect: EventDialect,
) {
  const given = parameters.get('nextPageKey');
  if (given !== undefined) requireKeyAlone(parameters);
  const key = given === undefined ? undefined : decodePageKey(given, 'events');
  if (key !== undefined && key.of !== problem.id)
    throw badRequest('nextPageKey', 'The page key belongs to another problem.');
  const window =
    key ?? parseWindow({ from: parameters.get('from'), to: parameters.get('to') }, tenant.now(), 'now-30d');
  const found = newestFirst(problem.events).filter(({ at }) => at >= window.from && at <= window.to);
  const start = (key?.page ?? 0) * pageSize;
  const page = (key?.page ?? 0) + 1;
  const shared = { selector: '', sort: '', fields: '', after: [], lastId: '' };
  const next =
    found.length > page * pageSize
      ? encodePageKey({
          kind: 'events',
          version: 1,
          of: problem.id,
          from: window.from,
          to: window.to,
          pageSize,
          page,
          ...shared,
        })
      : undefined;
  const events = found
    .slice(start, start + pageSize)
    .map((event) => eventRow(event, problem, tenant, dialect));
  return { totalCount: found.length, pageSize, nextPageKey: next, events };
}

/** The last ten within 365 days, newest first. */
export function lastEvents(problem: Problem, tenant: Tenant, dialect: EventDialect) {
  return newestFirst(problem.events)
    .filter(({ at }) => at >= tenant.now() - 365 * dayMs)
    .slice(0, 10)
    .map((event) => eventRow(event, problem, tenant, dialect));
}

function eventRow(
  { at, reason, mute, risk, previousRisk }: ProblemEvent,
  problem: Problem,
  tenant: Tenant,
  dialect: EventDialect,
) {
  return {
    timestamp: at,
    reason: reason === 'VULNERABILITY_DEPRECATED' ? dialect.deprecationName : reason,
    ...(mute === undefined
      ? {}
      : { muteState: { user: mute.user, reason: mute.reason, comment: mute.comment } }),
    riskAssessmentSnapshot: snapshot(risk, previousRisk, problem, tenant),
  };
}

function snapshot(risk: Risk, previous: Risk | undefined, problem: Problem, tenant: Tenant) {
  const counts = tenant.counts(problem);
  return {
    riskLevel: risk.riskLevel,
    riskScore: risk.riskScore,
    baseRiskScore: risk.baseRiskScore,
    exposure: risk.exposure,
    publicExploit: risk.publicExploit,
    vulnerableFunctionUsage: risk.vulnerableFunctionUsage,
    numberOfAffectedEntities: counts.affectedProcessGroupInstances + counts.affectedNodes,
    numberOfAffectedNodes: counts.affectedNodes,
    numberOfAffectedProcessGroups: counts.affectedProcessGroups,
    numberOfReachableDataAssets: counts.reachableDataAssets,
    numberOfRelatedAttacks: counts.relatedAttacks,
    ...(previous === undefined ? {} : { changes: changesBetween(previous, risk) }),
  };
}

function changesBetween(before: Risk, after: Risk) {
  const delta = (a: number, b: number) => Math.round((b - a) * 10) / 10;
  return {
    deltaRiskScore: delta(before.riskScore, after.riskScore),
    deltaBaseRiskScore: delta(before.baseRiskScore, after.baseRiskScore),
    previousExposure: before.exposure,
    previousPublicExploit: before.publicExploit,
    previousVulnerableFunctionUsage: before.vulnerableFunctionUsage,
  };
}

function newestFirst(events: readonly ProblemEvent[]): readonly ProblemEvent[] {
  return events.toReversed();
}
