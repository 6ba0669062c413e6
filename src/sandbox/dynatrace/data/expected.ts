/** What a comparison of the two sides must find: read off the plans, never off the answers of an emulator. */
import type { RiskLevel, Side } from './model.ts';
import type { Plan, Story } from './plan.ts';
import { sideStates } from './problem.ts';
import type { SidedTopology } from './topology.ts';

export interface SideExpectation {
  /** The management zone that covers the whole side. */
  readonly zone: string;
  /** What the default window of the list shows for this side. */
  readonly total: number;
  readonly resolved: number;
  readonly muted: number;
  /** Open and not muted: what a gate counts. The figures below are about these. */
  readonly counted: number;
  readonly byLevel: Readonly<Record<RiskLevel, number>>;
  readonly functionsInUse: number;
  readonly functionsNotAvailable: number;
  /** Sorted, each once. */
  readonly cves: readonly string[];
}

export interface ExpectedProblem {
  readonly externalId: string;
  readonly title: string;
  readonly cves: readonly string[];
  readonly level: RiskLevel;
}

export interface ExpectedRegression extends ExpectedProblem {
  readonly from: string;
  readonly to: string;
}

export interface Expected {
  readonly certification: SideExpectation;
  readonly production: SideExpectation;
  /** Open in certification, never seen in production. Some have no CVE. */
  readonly new: readonly ExpectedProblem[];
  readonly newCves: readonly string[];
  readonly severityRegressions: readonly ExpectedRegression[];
  /** NOT_IN_USE in production, IN_USE in certification. */
  readonly functionRegressions: readonly ExpectedRegression[];
  /** Open in production; resolved or gone in certification. */
  readonly fixed: readonly ExpectedProblem[];
  /** Open in both, but set aside by the vendor's mute in production only. New if a baseline honours mutes. */
  readonly mutedInProduction: readonly ExpectedProblem[];
  /** Open again in certification, resolved in production. New if a baseline counts open problems only. */
  readonly reopened: readonly ExpectedProblem[];
}

export function expectedOf(
  plans: readonly Plan[],
  certification: SidedTopology,
  production: SidedTopology,
): Expected {
  const told = (...stories: readonly Story[]) =>
    plans.filter(({ story }) => stories.includes(story)).map((plan) => shown(plan));
  const regressions = (story: Story, field: 'riskLevel' | 'vulnerableFunctionUsage') =>
    plans
      .filter((plan) => plan.story === story)
      .map((plan) => ({
        ...shown(plan),
        from: plan.risk.production[field],
        to: plan.risk.certification[field],
      }));
  const fresh = told('new');
  return {
    certification: sideOf('certification', plans, certification),
    production: sideOf('production', plans, production),
    new: fresh,
    newCves: sortedOnce(fresh.flatMap(({ cves }) => cves)),
    severityRegressions: regressions('severity-regression', 'riskLevel'),
    functionRegressions: regressions('function-regression', 'vulnerableFunctionUsage'),
    fixed: told('fixed-and-gone', 'fixed-and-resolved'),
    mutedInProduction: told('muted-in-production'),
    reopened: told('reopened'),
  };
}

function sideOf(side: Side, plans: readonly Plan[], { topology, zonesOf }: SidedTopology): SideExpectation {
  const states = plans.map((plan) => sideStates[plan.story][side]);
  const count = (state: string) => states.filter((one) => one === state).length;
  const counted = plans.filter((_, at) => states[at] === 'open' || states[at] === 'reopened');
  const byLevel = { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, NONE: 0 };
  for (const { risk } of counted) byLevel[risk[side].riskLevel] += 1;
  const usage = (wanted: string) =>
    counted.filter(({ risk }) => risk[side].vulnerableFunctionUsage === wanted).length;
  return {
    zone: topology.zones[zonesOf[side].whole]!.name,
    total: plans.length - count('absent'),
    resolved: count('resolved'),
    muted: count('muted'),
    counted: counted.length,
    byLevel,
    functionsInUse: usage('IN_USE'),
    functionsNotAvailable: usage('NOT_AVAILABLE'),
    cves: sortedOnce(counted.flatMap(({ cves }) => cves)),
  };
}

function shown({ externalId, title, cves, risk }: Plan): ExpectedProblem {
  return { externalId, title, cves, level: risk.certification.riskLevel };
}

function sortedOnce(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}
