/**
 * Changes to a tenant while it is being served, each stamped by the emulator's clock and with the effects the
 * vendor documents: status, mute, assessment and number of process groups move `lastUpdatedTimestamp`; a
 * zone or a host that changes does not.
 */
import { z } from 'zod';
import { levelOf } from './data/cvss.ts';
import {
  type EventReason,
  isMuted,
  isOpen,
  type MuteState,
  type Problem,
  type Risk,
  type TenantData,
} from './data/model.ts';
import type { Random } from './data/random.ts';
import { badRequest, notFound } from './refusal.ts';
import type { Tenant } from './tenant.ts';

/**
 * A problem by its id or its `S-` number. Without one a suitable problem is drawn (seeded); when none is
 * suitable, nothing happens.
 */
const id = z.string().optional();
export const muteReasons = [
  'CONFIGURATION_NOT_AFFECTED',
  'FALSE_POSITIVE',
  'IGNORE',
  'OTHER',
  'VULNERABLE_CODE_NOT_IN_USE',
] as const;

export const Mutation = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('resolve'), id }),
  z.strictObject({ do: z.literal('reopen'), id }),
  z.strictObject({
    do: z.literal('mute'),
    id,
    reason: z.enum(muteReasons).default('IGNORE'),
    comment: z.string().default(''),
  }),
  z.strictObject({ do: z.literal('unmute'), id, comment: z.string().default('') }),
  z.strictObject({
    do: z.literal('re-score'),
    id,
    riskScore: z.number().min(0).max(10).optional(),
    exposure: z.enum(['PUBLIC_NETWORK', 'NOT_DETECTED', 'NOT_AVAILABLE']).optional(),
    dataAssets: z.enum(['REACHABLE', 'NOT_DETECTED', 'NOT_AVAILABLE']).optional(),
    publicExploit: z.enum(['AVAILABLE', 'NOT_AVAILABLE']).optional(),
    vulnerableFunctionUsage: z.enum(['IN_USE', 'NOT_IN_USE', 'NOT_AVAILABLE']).optional(),
  }),
  z.strictObject({
    do: z.literal('add'),
    /** The problem whose place and package the new one takes; drawn when missing. */
    like: z.string().optional(),
    cves: z.array(z.string()).optional(),
    title: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('move-zone'), id, zones: z.array(z.string()) }),
  /** Gone without a trace, as when a tenant deletes data. */
  z.strictObject({ do: z.literal('remove'), id }),
  /** Every process on the host stops; problems stay open and are not marked as updated. */
  z.strictObject({ do: z.literal('stop-host'), host: z.string() }),
]);
export type Mutation = z.input<typeof Mutation>;

export interface Mutator {
  /** Applies the changes in order and returns the ids of the problems they touched. */
  apply(mutations: readonly Mutation[]): string[];
}

export function makeMutator(tenant: Tenant, random: Random): Mutator {
  let added = 0;
  return { apply: (mutations) => mutations.flatMap((mutation) => applyOne(Mutation.parse(mutation))) };

  function applyOne(mutation: z.output<typeof Mutation>): string[] {
    if (mutation.do === 'add') return add(mutation);
    if (mutation.do === 'stop-host') return stopHost(tenant, mutation.host);
    const problem = pick(mutation.id, suitable[mutation.do]);
    if (problem === undefined) return [];
    if (mutation.do === 'remove') tenant.remove(problem.id);
    else tenant.put(changed(problem, mutation, tenant));
    return [problem.id];
  }

  function pick(wanted: string | undefined, isSuitable: (problem: Problem) => boolean): Problem | undefined {
    if (wanted !== undefined) return findProblem(tenant, wanted);
    const candidates = [...tenant.all()].filter(isSuitable);
    return candidates.length === 0 ? undefined : random.pick(candidates);
  }

  function add({
    like,
    cves,
    title,
  }: {
    like?: string | undefined;
    cves?: string[] | undefined;
    title?: string | undefined;
  }): string[] {
    const model = pick(like, (problem) => isOpen(problem) && problem.type === 'THIRD_PARTY');
    if (model === undefined) return [];
    added += 1;
    const now = tenant.now();
    const { mute: _mute, ...rest } = model;
    const problem: Problem = {
      ...rest,
      id: (2n ** 63n + BigInt(Math.floor(random.next() * 2 ** 52))).toString(),
      displayNumber: 10_000_000 + added,
      externalId: `${model.externalId ?? 'ADDED'}-N${added}`,
      cves: cves ?? [`CVE-2026-${980_000 + added}`],
      title: title ?? model.title,
      firstSeenAt: now,
      updatedAt: now,
      openPeriods: [{ from: now }],
      attacks: [],
      events: [{ at: now, reason: 'SECURITY_PROBLEM_CREATED', risk: model.risk }],
      itemMutes: new Map(),
      trackingLinks: new Map(),
    };
    tenant.put(problem);
    return [problem.id];
  }
}

const suitable: Readonly<Record<Change['do'] | 'remove', (problem: Problem) => boolean>> = {
  resolve: isOpen,
  reopen: (problem) => !isOpen(problem),
  mute: (problem) => isOpen(problem) && !isMuted(problem),
  unmute: isMuted,
  're-score': isOpen,
  'move-zone': isOpen,
  remove: () => true,
};

type Change = Exclude<z.output<typeof Mutation>, { do: 'add' | 'remove' | 'stop-host' }>;

function changed(problem: Problem, change: Change, tenant: Tenant): Problem {
  const now = tenant.now();
  const with_ = (
    reason: EventReason,
    more: Partial<Problem>,
    extra: { mute?: MuteState; previousRisk?: Risk } = {},
  ) => ({
    ...problem,
    ...more,
    updatedAt: now,
    events: [...problem.events, { at: now, reason, risk: more.risk ?? problem.risk, ...extra }],
  });
  switch (change.do) {
    case 'resolve': {
      const last = problem.openPeriods[problem.openPeriods.length - 1]!;
      const openPeriods = [...problem.openPeriods.slice(0, -1), { from: last.from, to: last.to ?? now }];
      return with_('SECURITY_PROBLEM_RESOLVED', { openPeriods });
    }
    case 'reopen':
      if (isOpen(problem)) return problem;
      return with_('SECURITY_PROBLEM_REOPENED', {
        openPeriods: [...problem.openPeriods, { from: now }],
        zones: zonesOf(problem, tenant.topology),
      });
    case 'mute':
    case 'unmute': {
      const muted = change.do === 'mute';
      const mute: MuteState = {
        muted,
        reason: change.do === 'mute' ? change.reason : 'AFFECTED',
        comment: change.comment,
        user: 'api.user',
        at: now,
      };
      return with_(muted ? 'SECURITY_PROBLEM_MUTED' : 'SECURITY_PROBLEM_UNMUTED', { mute }, { mute });
    }
    case 're-score':
      return with_(
        'ASSESSMENT_CHANGED',
        { risk: rescored(problem.risk, change) },
        { previousRisk: problem.risk },
      );
    case 'move-zone':
      return { ...problem, zones: change.zones.map((name) => zoneAt(name, tenant.topology)) };
  }
}

/** A new score keeps level and score together; without one, only the observed facts change. */
function rescored(risk: Risk, change: Extract<Change, { do: 're-score' }>): Risk {
  const { riskScore } = change;
  const scored = riskScore === undefined ? {} : { riskScore, riskLevel: levelOf(riskScore) };
  return {
    ...risk,
    ...scored,
    exposure: change.exposure ?? risk.exposure,
    dataAssets: change.dataAssets ?? risk.dataAssets,
    publicExploit: change.publicExploit ?? risk.publicExploit,
    vulnerableFunctionUsage: change.vulnerableFunctionUsage ?? risk.vulnerableFunctionUsage,
  };
}

function stopHost(tenant: Tenant, wanted: string): string[] {
  const { hosts, processes } = tenant.topology;
  const host = hosts.findIndex(({ id: hostId, name }) => hostId === wanted || name === wanted);
  if (host < 0) throw notFound(`Host ${wanted} is not known.`);
  const now = tenant.now();
  const touched = [...tenant.onHosts([host])].filter(isOpen);
  for (const problem of touched)
    tenant.put({
      ...problem,
      processes: problem.processes.map((one) =>
        one.until === undefined && processes[one.at]!.host === host ? { ...one, until: now } : one,
      ),
    });
  return touched.map((problem) => problem.id);
}

/** By `securityProblemId` or `displayId`; throws a refusal (404). */
export function findProblem(tenant: Tenant, wanted: string): Problem {
  const found =
    tenant.find(wanted) ?? tenant.all().find(({ displayNumber }) => `S-${displayNumber}` === wanted);
  if (found === undefined) throw notFound(`Security problem with id '${wanted}' not found.`);
  return found;
}

function zonesOf(problem: Problem, topology: TenantData['topology']): number[] {
  const { processes, groups, nodes, hosts } = topology;
  return [
    ...new Set([
      ...problem.processes.flatMap(({ at }) => groups[processes[at]!.group]!.zones),
      ...problem.nodes.flatMap(({ at }) => hosts[nodes[at]!.host]!.zones),
    ]),
  ];
}

function zoneAt(name: string, { zones }: TenantData['topology']): number {
  const at = zones.findIndex((zone) => zone.name === name || zone.id === name);
  if (at < 0) throw badRequest('zones', `Management zone '${name}' is not known.`, 'PAYLOAD_BODY');
  return at;
}
