/** What another policy does differently, and whether it is stricter by it: told by what both are judged by. */
import type { Honour, Policy, Relaxation, RuleAction, RuleSetting } from '../domain/policy.ts';
import { MAX_WAIVER_DAYS } from '../domain/waiver.ts';
import { combined, isSame, type Order, supersetOrder, towards } from './order.ts';
import { compareParameters } from './parameter-order.ts';
import { RULES } from './rules/registry.ts';
import { sayHonour, sayWaiver, sayWhole, written } from './say-policy.ts';

/** `different`: stricter in some cases and looser in others, or nobody can say. */
export type Direction = 'stricter' | 'looser' | 'different';

export interface PolicyDifference {
  /** The id of a rule, or the key of a policy. */
  readonly of: string;
  /** What the other one is. */
  readonly direction: Direction;
  readonly mine: string;
  readonly theirs: string;
}

/** None: whatever they are called, they judge alike. */
export function comparePolicies(mine: Policy, theirs: Policy): readonly PolicyDifference[] {
  return [
    ...RULES.map(({ id }) => compareRule(id, mine.rules[id] ?? OFF, theirs.rules[id] ?? OFF)),
    aspect('mode', mine.mode, theirs.mode, theirs.mode === 'compare' ? 1 : -1),
    aspect('enforce', mine.enforce, theirs.enforce, theirs.enforce ? 1 : -1),
    aspect('honour', mine.honour, theirs.honour, compareHonours(mine.honour, theirs.honour), (all) =>
      all.map(sayHonour).join('; '),
    ),
    aspect('relax', mine.relax, theirs.relax, compareRelax(mine.relax, theirs.relax)),
    aspect('waivers', mine.waivers, theirs.waivers, supersetOrder(theirs.waivers, mine.waivers), (all) =>
      all.map(sayWaiver).join('; '),
    ),
    aspect(
      'maxWaiverDays',
      mine.maxWaiverDays,
      theirs.maxWaiverDays,
      compareWaiverDays(mine.maxWaiverDays, theirs.maxWaiverDays),
      (days) => (days === undefined ? `${MAX_WAIVER_DAYS} for what is requested` : String(days)),
    ),
    aspect(
      'overrides.by',
      mine.overrides.by,
      theirs.overrides.by,
      supersetOrder(theirs.overrides.by, mine.overrides.by),
    ),
    lower('overrides.maxHours', mine.overrides.maxHours, theirs.overrides.maxHours),
  ].flat();
}

const OFF: RuleSetting = { action: 'off', parameters: {} };
const STRENGTH = { off: 0, warn: 1, block: 2 } as const satisfies Record<RuleAction, number>;

function compareRule(id: string, mine: RuleSetting, theirs: RuleSetting): readonly PolicyDifference[] {
  if (sayWhole(mine) === sayWhole(theirs)) return [];
  return aspect(id, mine, theirs, compareSettings(mine, theirs), sayWhole);
}

/** Scopes are told apart by one policy as by the other, or the two cannot be measured against each other. */
function compareSettings(from: RuleSetting, to: RuleSetting): Order {
  const [before, after] = [from.perScope ?? [], to.perScope ?? []];
  const scopes = (all: typeof before): readonly unknown[] => all.map(({ scope }) => scope);
  if (!isSame(scopes(before), scopes(after))) return undefined;
  return combined([
    compareOutside(from, to),
    ...before.map((one, index) => compareOutside(one, after[index] ?? OFF)),
  ]);
}

type Outside = Pick<RuleSetting, 'action' | 'parameters'>;

function compareOutside(from: Outside, to: Outside): Order {
  const action = towards(-STRENGTH[from.action], -STRENGTH[to.action]);
  if (from.action === 'off' || to.action === 'off') return action;
  return combined([action, compareParameters(from.parameters, to.parameters)]);
}

/** A baseline that is taken as whole, as it is, proves what is worse or new, too: that opens and shuts the gate. */
function compareRelax(from: readonly Relaxation[], to: readonly Relaxation[]): Order {
  const isAsWhole = (relax: readonly Relaxation[]): boolean => relax.includes('incomplete-baseline');
  return isAsWhole(from) === isAsWhole(to) ? supersetOrder(to, from) : undefined;
}

/** Not written it holds for what is requested, and waivers of files may last; written it holds for both. */
function compareWaiverDays(from: number | undefined, to: number | undefined): Order {
  if ((from === undefined) === (to === undefined)) return towards(from ?? 0, to ?? 0);
  if ((from ?? to ?? 0) > MAX_WAIVER_DAYS) return undefined;
  return to === undefined ? -1 : 1;
}

/** Looser: whatever the one honours, the other honours too. */
function compareHonours(from: readonly Honour[], to: readonly Honour[]): Order {
  const [isLooser, isStricter] = [isWithin(from, to), isWithin(to, from)];
  if (isLooser && isStricter) return 0;
  if (isLooser) return -1;
  return isStricter ? 1 : undefined;
}

function isWithin(inner: readonly Honour[], outer: readonly Honour[]): boolean {
  return inner.every((one) =>
    outer.some(
      ({ kind, issuers, fromJudgedScans }) =>
        kind === one.kind &&
        (fromJudgedScans || !one.fromJudgedScans) &&
        (issuers === undefined || one.issuers?.every((name) => issuers.includes(name)) === true),
    ),
  );
}

function lower(of: string, mine: number, theirs: number): readonly PolicyDifference[] {
  return aspect(of, mine, theirs, towards(mine, theirs));
}

/** `order`: what theirs is, where the two are not the same. */
function aspect<T>(
  of: string,
  mine: T,
  theirs: T,
  order: Order,
  say: (value: T) => string = written,
): readonly PolicyDifference[] {
  if (order === 0 || isSame(mine, theirs)) return [];
  return [{ of, direction: directionOf(order), mine: say(mine) || 'none', theirs: say(theirs) || 'none' }];
}

function directionOf(order: Order): Direction {
  if (order === 1) return 'stricter';
  return order === -1 ? 'looser' : 'different';
}
