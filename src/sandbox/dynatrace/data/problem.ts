/** From a plan and a place to a problem with its history. */
import {
  type Affected,
  isOpen,
  type MuteState,
  type OpenPeriod,
  type Problem,
  type ProblemEvent,
  type Side,
} from './model.ts';
import type { Plan, Story } from './plan.ts';
import { hash64Hex, makeRandom } from './random.ts';
import { entityId, type SidedTopology } from './topology.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

export type SideState = 'open' | 'reopened' | 'muted' | 'resolved' | 'absent';

/** What each story means on each side: the whole truth of an estate in one table. */
export const sideStates: Readonly<Record<Story, Readonly<Record<Side, SideState>>>> = {
  common: { certification: 'open', production: 'open' },
  new: { certification: 'open', production: 'absent' },
  'severity-regression': { certification: 'open', production: 'open' },
  'function-regression': { certification: 'open', production: 'open' },
  'fixed-and-gone': { certification: 'absent', production: 'open' },
  'fixed-and-resolved': { certification: 'resolved', production: 'open' },
  'muted-in-production': { certification: 'open', production: 'muted' },
  reopened: { certification: 'reopened', production: 'resolved' },
  'resolved-on-both': { certification: 'resolved', production: 'resolved' },
  'muted-on-both': { certification: 'muted', production: 'muted' },
};

export interface Placement {
  readonly environmentId: string;
  readonly at: number;
  readonly sided: SidedTopology;
  /** Both sides when one problem stands for both (one tenant, no difference between them). */
  readonly sides: readonly Side[];
  readonly displayNumber: number;
  /** Resolved so long ago that only a wide window shows it. */
  readonly longAgo?: boolean;
}

export function makeProblem(plan: Plan, placement: Placement): Problem {
  const { environmentId, at, sides, sided, displayNumber } = placement;
  const side = sides[0]!;
  const state = sideStates[plan.story][side];
  const random = makeRandom(`${environmentId}/${side}/${plan.key}`);
  // Whole minutes on purpose: equal timestamps make the tie-break by id matter.
  const toMinute = (time: number) => Math.floor(time / minuteMs) * minuteMs;
  const ageDays = placement.longAgo ? random.between(320, 600) : 28 * random.next() ** 2 * 18 + 1;
  const firstSeenAt = toMinute(at - ageDays * dayMs);
  const between = (low: number, high: number) => toMinute(low + (high - low) * random.next());
  const openPeriods = drawPeriods();
  const risk = plan.risk[side];
  const since = openPeriods[openPeriods.length - 1]!.from;
  const mute: MuteState | undefined =
    state === 'muted'
      ? {
          muted: true,
          reason: 'IGNORE',
          comment: 'accepted until the next release',
          user: 'team.lead',
          at: between(since, at),
        }
      : undefined;
  const events = historyOf(openPeriods, risk, mute);
  const problem: Problem = {
    id: BigInt(`0x${hash64Hex(`${environmentId}/${sides.join('+')}/${plan.key}`)}`).toString(),
    displayNumber,
    externalId: plan.externalId,
    type: plan.type,
    title: plan.codeLevel === undefined ? plan.title : `${plan.title} at ${plan.codeLevel.shortLocation}`,
    description: `${plan.title}${plan.packageName === undefined ? '' : ` in ${plan.packageName}`}: invented for the sandbox.`,
    ...(plan.packageName === undefined
      ? {}
      : {
          packageName: plan.packageName,
          remediation: `Upgrade ${plan.packageName} to a version without it.`,
        }),
    technology: plan.technology,
    cves: plan.cves,
    firstSeenAt,
    updatedAt: events[events.length - 1]!.at,
    openPeriods,
    ...(mute === undefined ? {} : { mute }),
    risk,
    zones: [],
    processes: sides.flatMap((one) => processesOn(plan, one, sided, firstSeenAt)),
    nodes: plan.applications.length > 0 ? [] : sides.flatMap((one) => nodesOn(one, sided)),
    components: plan.components,
    functions: plan.functions,
    attacks:
      plan.type === 'CODE_LEVEL' && random.chance(0.3)
        ? [entityId('ATTACK', `${environmentId}/${plan.key}`)]
        : [],
    ...(plan.codeLevel === undefined ? {} : { codeLevel: plan.codeLevel }),
    events,
    itemMutes: new Map(),
    trackingLinks: new Map(),
  };
  return isOpen(problem) ? { ...problem, zones: zonesWhere(problem, sided, sides) } : problem;

  function drawPeriods(): OpenPeriod[] {
    if (state === 'resolved') {
      const [low, high] = placement.longAgo ? [at - 300 * dayMs, at - 45 * dayMs] : [at - 25 * dayMs, at];
      return [{ from: firstSeenAt, to: Math.max(firstSeenAt + minuteMs, between(low, high)) }];
    }
    if (state !== 'reopened') return [{ from: firstSeenAt }];
    const closedAt = between(firstSeenAt, at);
    return [{ from: firstSeenAt, to: closedAt }, { from: between(closedAt, at) }];
  }
}

/** Management zones are those of the process groups and nodes that are affected. */
function zonesWhere(problem: Problem, sided: SidedTopology, sides: readonly Side[]): number[] {
  const { topology, zonesOf } = sided;
  const zones = problem.processes.flatMap(({ at }) => topology.groups[topology.processes[at]!.group]!.zones);
  const whole = problem.processes.length > 0 ? [] : sides.map((side) => zonesOf[side].whole);
  return [...new Set([...zones, ...whole])].toSorted((a, b) => a - b);
}

/** Processes on a host that is gone were affected until it went, if the problem is as old as that. */
function processesOn(plan: Plan, side: Side, sided: SidedTopology, firstSeenAt: number): Affected[] {
  const { groupsOf, processesOf, topology } = sided;
  return plan.applications
    .flatMap((application) => processesOf(groupsOf[side][application]!))
    .flatMap((at) => {
      const until = topology.hosts[topology.processes[at]!.host]!.lastSeenAt;
      if (until === undefined) return [{ at }];
      return until > firstSeenAt ? [{ at, until }] : [];
    });
}

function nodesOn(side: Side, { nodesOf }: SidedTopology): Affected[] {
  return nodesOf[side].slice(0, 3).map((at) => ({ at }));
}

function historyOf(periods: readonly OpenPeriod[], risk: Problem['risk'], mute?: MuteState): ProblemEvent[] {
  const events: ProblemEvent[] = [];
  for (const [nth, { from, to }] of periods.entries()) {
    events.push({
      at: from,
      reason: nth === 0 ? 'SECURITY_PROBLEM_CREATED' : 'SECURITY_PROBLEM_REOPENED',
      risk,
    });
    if (to !== undefined) events.push({ at: to, reason: 'SECURITY_PROBLEM_RESOLVED', risk });
  }
  if (mute !== undefined) events.push({ at: mute.at, reason: 'SECURITY_PROBLEM_MUTED', risk, mute });
  return events.toSorted((a, b) => a.at - b.at);
}
