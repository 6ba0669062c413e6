import type * as z from 'zod';
import type { Filter } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import type { Relaxation } from '../domain/policy.ts';
import type { Scope } from '../domain/scope.ts';
import type { Evidence } from '../domain/verdict.ts';
import type { Baseline } from './baseline.ts';
import type { Problems } from './problems.ts';

/** What a rule is given to judge. */
export interface Case {
  /** Open, in scope, not set aside, selected by the rule's own filter; worst first, none twice. */
  readonly findings: readonly Finding[];
  /** What counts of problems go by. */
  readonly problems: Problems;
  readonly scope: Scope;
  readonly now: number;
  /** Every run the verdict rests on, of the release and of the baseline. */
  readonly evidence: readonly Evidence[];
  /** Nothing is known there (and it is not complete) unless the policy compares. */
  readonly baseline: Baseline;
}

/** A rule that does not hold against the release says nothing. */
export interface Judgement {
  /** A sentence with counts, without the names of the findings. */
  readonly message: string;
  readonly findings: readonly Finding[];
  /** False: what is missing could still show otherwise, so it blocks nothing and the verdict stays open. */
  readonly proven: boolean;
  /** What of the evidence falls short, as the verdict is to show it. */
  readonly shortfall?: Evidence | undefined;
  /** The name by which a policy may let it pass; it is then a warning. */
  readonly relaxation?: Relaxation | undefined;
}

/** What one rule file states; `defineRule` makes it a Rule. */
export interface RuleDefinition<Shape extends z.ZodRawShape> {
  /** File name, key in a policy and in every reason: never changes. */
  readonly id: string;
  /** What it holds against a release, for people: "Severity is at or above a level." */
  readonly description: string;
  /** True: judged in `compare` mode only. */
  readonly compares: boolean;
  /** Every parameter with its check and without default: defaults are `defaults`. */
  readonly parameters: z.ZodObject<Shape>;
  readonly defaults: z.output<z.ZodObject<Shape>>;
  /**
   * The neutral query of all findings the rule could hold against a release. A store runs it, so it may select too
   * much and never too little.
   */
  compile(parameters: z.output<z.ZodObject<Shape>>): Filter;
  judge(parameters: z.output<z.ZodObject<Shape>>, facts: Case): readonly Judgement[];
}

export interface Rule {
  readonly id: string;
  readonly description: string;
  readonly compares: boolean;
  readonly parameters: z.ZodObject;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Throws a ZodError on parameters that are not the rule's: a policy read by `PolicyDocument` has none. */
  bind(parameters: Readonly<Record<string, unknown>>): BoundRule;
}

/** A rule with its parameters filled in. */
export interface BoundRule {
  readonly filter: Filter;
  judge(facts: Case): readonly Judgement[];
}

/** Rules differ in their parameters; behind `bind` they are all alike, so a list can hold them. */
export function defineRule<Shape extends z.ZodRawShape>(definition: RuleDefinition<Shape>): Rule {
  const { id, description, compares, parameters, defaults } = definition;
  return {
    id,
    description,
    compares,
    parameters,
    defaults,
    bind(given) {
      const known = parameters.parse({ ...defaults, ...given });
      return {
        filter: definition.compile(known),
        judge: (facts) => definition.judge(known, facts),
      };
    },
  };
}

/** Selects no finding: for rules that judge something else. */
export const NO_FINDING: Filter = { op: 'any', of: [] };
