import { type Filter, OPEN } from '../domain/filter.ts';
import type { Mode, Policy, RuleAction } from '../domain/policy.ts';
import { EVERYTHING, type Scope } from '../domain/scope.ts';
import type { BoundRule, Rule } from './rule.ts';
import { RULES } from './rules/registry.ts';

export interface ActiveRule extends BoundRule {
  readonly rule: Rule;
  readonly action: Exclude<RuleAction, 'off'>;
}

/** The rules this policy judges by in this mode, in the order of the registry. */
export function activeRules(policy: Policy, mode: Mode): readonly ActiveRule[] {
  return RULES.flatMap((rule) => {
    const setting = policy.rules[rule.id];
    if (setting === undefined || setting.action === 'off') return [];
    if (rule.compares && mode === 'evaluate') return [];
    return [{ rule, action: setting.action, ...rule.bind(setting.parameters) }];
  });
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
  },
): Questions {
  const mode = asked.mode ?? policy.mode;
  const rules = activeRules(policy, mode);
  return {
    candidates: openIn(asked.scope, { op: 'any', of: rules.map(({ filter }) => filter) }),
    baseline: mode === 'compare' ? openIn(asked.baselineScope ?? EVERYTHING) : undefined,
  };
}

function openIn(scope: Scope, ...more: readonly Filter[]): Filter {
  return { op: 'all', of: [OPEN, { op: 'scope', scope }, ...more] };
}
