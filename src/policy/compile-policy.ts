import { type Filter, OPEN } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import type { Mode, Policy, RuleAction, RuleSetting } from '../domain/policy.ts';
import { EVERYTHING, observationsInScope, type Scope } from '../domain/scope.ts';
import type { BoundRule, Rule } from './rule.ts';
import { RULES } from './rules/registry.ts';

export interface ActiveRule extends BoundRule {
  readonly rule: Rule;
  readonly action: Exclude<RuleAction, 'off'>;
  /** The name of the scope whose setting this is; undefined: of all that no scope claims. */
  readonly within: string | undefined;
  /** Whether it is this setting that judges the finding, of those that the filter selects. */
  concerns(finding: Finding, judged: Scope): boolean;
}

/** The rules this policy judges by in this mode, in the order of the registry. */
export function activeRules(policy: Policy, mode: Mode, now?: number): readonly ActiveRule[] {
  return RULES.flatMap((rule) => {
    const setting = policy.rules[rule.id];
    if (setting === undefined || (rule.compares && mode === 'evaluate')) return [];
    const { perScope = [] } = setting;
    const scopes = perScope.map(({ scope }) => scope);
    return [
      ...perScope.flatMap(({ scope, ...own }, index) => bound(rule, own, now, { scopes, index, scope })),
      ...bound(rule, setting, now, { scopes, index: scopes.length, scope: undefined }),
    ];
  });
}

/** One of the scopes a rule tells apart; without `scope`, what lies in none of them. */
interface Place {
  readonly scopes: readonly Scope[];
  readonly index: number;
  readonly scope: Scope | undefined;
}

function bound(
  rule: Rule,
  { action, parameters }: Pick<RuleSetting, 'action' | 'parameters'>,
  now: number | undefined,
  { scopes, index, scope }: Place,
): readonly ActiveRule[] {
  if (action === 'off') return [];
  const { filter, judge } = rule.bind(parameters, now);
  return [
    {
      rule,
      action,
      within: scope?.name,
      filter: scope === undefined ? filter : { op: 'all', of: [{ op: 'scope', scope }, filter] },
      concerns: (finding, judged) => scopes.length === 0 || placesOf(finding, judged, scopes).has(index),
      judge,
    },
  ];
}

/**
 * Each observation lies in the first scope that has it. A finding seen in two of them is judged by both: what is let
 * off in one place is not let off in the other.
 */
function placesOf(finding: Finding, judged: Scope, scopes: readonly Scope[]): ReadonlySet<number> {
  const inside = scopes.map((scope) => new Set(observationsInScope(finding, scope)));
  return new Set(
    observationsInScope(finding, judged).map((view) => {
      const first = inside.findIndex((views) => views.has(view));
      return first === -1 ? scopes.length : first;
    }),
  );
}

/** What a store is asked before a verdict. */
export interface Questions {
  /** Every finding that any rule could hold against the release. */
  readonly candidates: Filter;
  /** What is open in the baseline; undefined when the policy does not compare. */
  readonly baseline: Filter | undefined;
}

export function compilePolicy(
  policy: Policy,
  asked: {
    readonly scope: Scope;
    readonly baselineScope?: Scope | undefined;
    readonly mode?: Mode | undefined;
    /** Epoch ms; without it, rules about time ask for all that could ever be held. */
    readonly now?: number | undefined;
  },
): Questions {
  const mode = asked.mode ?? policy.mode;
  const rules = activeRules(policy, mode, asked.now);
  return {
    candidates: openIn(asked.scope, { op: 'any', of: rules.map(({ filter }) => filter) }),
    baseline: mode === 'compare' ? openIn(asked.baselineScope ?? EVERYTHING) : undefined,
  };
}

function openIn(scope: Scope, ...more: readonly Filter[]): Filter {
  return { op: 'all', of: [OPEN, { op: 'scope', scope }, ...more] };
}
