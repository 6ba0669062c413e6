/**
 * The way out of a verdict: what has to be done so that nothing blocks any more, and no more than that. Of a rule
 * that lets none pass, every finding has to go; of one with an allowance, only what goes beyond it.
 */
import type { Finding } from '../domain/finding.ts';
import type { Scope } from '../domain/scope.ts';
import type { PathToGo, Upgrade } from '../domain/verdict.ts';
import { type CoverDemand, cheapestCover, lowerBound } from './path/cover.ts';
import { groupUpgrades, type Owners, partialRepairs, shareByOwner } from './path/groups.ts';
import { type Step, stepsFor } from './path/steps.ts';
import type { Allowance, Judgement } from './rule.ts';
import { compareText, worstFirst } from './worst-first.ts';

/** What one rule holds against the release. */
export type Blocker = Pick<Judgement, 'findings' | 'allowance'>;

export interface PathFacts {
  readonly scope: Scope;
  /** What is to be brought, as sentences. */
  readonly evidence: readonly string[];
  readonly owners?: Owners | undefined;
}

export function findPathToGo(blockers: readonly Blocker[], facts: PathFacts): PathToGo {
  const findings = worstFirst([...new Set(blockers.flatMap((blocker) => blocker.findings))]);
  const steps = stepsFor(findings, facts.scope);
  const { chosen, isExact, bound } = choose(steps, blockers);
  const upgrades = chosen.flatMap((step) => upgradeOf(step, facts.owners)).sort(byPlace);
  return {
    upgrades,
    groups: groupUpgrades(upgrades),
    corrections: findingsOf(chosen, 'correction'),
    waivers: findingsOf(chosen, 'waiver'),
    partial: partialRepairs(chosen),
    ...(facts.owners && { owners: shareByOwner(chosen, facts.owners) }),
    evidence: facts.evidence,
    isExact,
    bound,
  };
}

interface Choice {
  readonly chosen: readonly Step[];
  readonly isExact: boolean;
  readonly bound: number;
}

function choose(steps: readonly Step[], blockers: readonly Blocker[]): Choice {
  const stepOf = new Map<Finding, number>();
  for (const [index, step] of steps.entries()) {
    for (const finding of step.findings) stepOf.set(finding, index);
  }
  const stepsOf = (findings: readonly Finding[]): readonly number[] => {
    const found = new Set<number>();
    for (const finding of findings) {
      const step = stepOf.get(finding);
      if (step !== undefined) found.add(step);
    }
    return [...found];
  };
  const needed = new Set<number>();
  for (const { findings, allowance } of blockers) {
    if (allowance === undefined) for (const step of stepsOf(findings)) needed.add(step);
  }
  const isNeeded = (finding: Finding): boolean => needed.has(stepOf.get(finding) ?? -1);
  const budgets = blockers.flatMap(({ findings, allowance }): readonly CoverDemand[] => {
    if (allowance === undefined) return [];
    const counted = withoutReplaced(findings, allowance, isNeeded);
    const units = [...Map.groupBy(counted, (finding) => allowance.unitOf(finding)).values()].map(stepsOf);
    return [{ units, need: units.length - allowance.allowed }];
  });
  for (const { units, need } of budgets) {
    if (need >= units.length) for (const step of units.flat()) needed.add(step);
  }
  const demands = budgets.map((budget) => beyond(budget, needed)).filter(({ need }) => need > 0);
  const isWaiver = (step: number): boolean => steps[step]?.kind === 'waiver';
  // One waiver weighs more than everything else together.
  const waiverWeight = steps.length + 1;
  const cover = cheapestCover(
    steps.map((_, step) => (isWaiver(step) ? waiverWeight : 1)),
    demands,
  );
  const waivers = [...cover.steps].filter(isWaiver).length;
  const least = cover.isExact
    ? cover.steps.size
    : Math.max(
        lowerBound(
          steps.map(() => 1),
          demands,
        ),
        waivers + cover.bound - waiverWeight * waivers,
      );
  return {
    chosen: steps.filter((_, step) => needed.has(step) || cover.steps.has(step)),
    isExact: cover.isExact,
    bound: needed.size + least,
  };
}

/** Those that count once the others at their place are gone that are to go anyway. */
function withoutReplaced(
  findings: readonly Finding[],
  { insteadOf }: Allowance,
  isNeeded: (finding: Finding) => boolean,
): readonly Finding[] {
  if (insteadOf === undefined) return findings;
  const spare = new Map<readonly Finding[], number>();
  return findings.filter((finding) => {
    const others = insteadOf(finding);
    if (others.length === 0 || isNeeded(finding)) return true;
    const left = spare.get(others) ?? others.filter(isNeeded).length;
    spare.set(others, left - 1);
    return left <= 0;
  });
}

/** What is left of a budget once the steps that are needed anyway are taken. */
function beyond({ units, need }: CoverDemand, needed: ReadonlySet<number>): CoverDemand {
  const open = units
    .map((unit) => unit.filter((step) => !needed.has(step)))
    .filter((unit) => unit.length > 0);
  return { units: open, need: need - (units.length - open.length) };
}

function upgradeOf(step: Step, owners: Owners | undefined): Upgrade[] {
  if (step.kind !== 'upgrade') return [];
  const { component, repair, findings } = step;
  const [first] = findings;
  const owner = first && owners?.get(first.assetId);
  const { from, to, moves, options } = repair;
  return [
    {
      asset: first?.asset.name ?? '',
      ...(owner === undefined ? {} : { owner }),
      component,
      from,
      to,
      moves,
      options,
      findings,
    },
  ];
}

function byPlace(a: Upgrade, b: Upgrade): number {
  return compareText(a.asset, b.asset) || compareText(a.component, b.component);
}

function findingsOf(steps: readonly Step[], kind: 'correction' | 'waiver'): readonly Finding[] {
  return worstFirst(steps.filter((step) => step.kind === kind).flatMap(({ findings }) => findings));
}
