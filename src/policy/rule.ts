import type * as z from 'zod';
import type { Filter } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import type { IntelligenceKind, OutdatedFeed } from '../domain/intelligence.ts';
import type { Relaxation } from '../domain/policy.ts';
import type { Scope } from '../domain/scope.ts';
import type { Interval } from '../domain/sla.ts';
import type { Evidence } from '../domain/verdict.ts';
import type { Baseline } from './baseline.ts';
import type { Problems } from './problems.ts';

/** What a verdict may have nobody to ask about: the world, or since when something is open. */
export type Unread = IntelligenceKind | 'history';

/** What a rule is given to judge. */
export interface Case {
  /** Open, in scope, not set aside, selected by the rule's own filter; worst first, none twice. */
  readonly findings: readonly Finding[];
  /** What counts of problems go by. */
  readonly problems: Problems;
  readonly scope: Scope;
  readonly now: number;
  /** When it was wholly under waivers that the policy honours, over or not. */
  waivedTimes(finding: Finding): readonly Interval[];
  /** What nobody could be asked about, though something is open that it may be about. */
  readonly unread: readonly Unread[];
  /** Of that, what is known of a time too long ago. */
  readonly outdated: readonly OutdatedFeed[];
  /** Every run the verdict rests on, of the release and of the baseline. */
  readonly evidence: readonly Evidence[];
  /** Nothing is known there (and it is not complete) unless the policy compares. */
  readonly baseline: Baseline;
}

/** How many may stay. What is counted need not be findings: a vulnerability is gone with the last finding of it. */
export interface Allowance {
  readonly allowed: number;
  /** What the finding is counted as; of the findings named, those with the same answer count once. */
  unitOf(finding: Finding): unknown;
  /** Findings not named because some at this place may stay: when one of them goes, one that is named may stay instead. */
  insteadOf?(finding: Finding): readonly Finding[];
}

/** A rule that does not hold against the release says nothing. */
export interface Judgement {
  /** A sentence with counts, without the names of the findings. */
  readonly message: string;
  readonly findings: readonly Finding[];
  /** False: what is missing could still show otherwise, so it blocks nothing and the verdict stays open. */
  readonly proven: boolean;
  /** Absent: none of the findings may stay. */
  readonly allowance?: Allowance | undefined;
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
  /** False: it judges something else than findings, so it cannot differ from scope to scope. Default true. */
  readonly judgesFindings?: boolean;
  /** Every parameter with its check and without default: defaults are `defaults`. */
  readonly parameters: z.ZodObject<Shape>;
  readonly defaults: z.output<z.ZodObject<Shape>>;
  /**
   * The neutral query of all findings the rule could hold against a release. A store runs it, so it may select too
   * much and never too little. `now` is `ANY_TIME` where the moment is not known: then whatever could be at any moment.
   */
  compile(parameters: z.output<z.ZodObject<Shape>>, now: number): Filter;
  judge(parameters: z.output<z.ZodObject<Shape>>, facts: Case): readonly Judgement[];
}

export interface Rule {
  readonly id: string;
  readonly description: string;
  readonly compares: boolean;
  readonly judgesFindings: boolean;
  readonly parameters: z.ZodObject;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Throws a ZodError on parameters that are not the rule's: a policy read by `PolicyDocument` has none. */
  bind(parameters: Readonly<Record<string, unknown>>, now?: number): BoundRule;
}

/** A rule with its parameters filled in. */
export interface BoundRule {
  readonly filter: Filter;
  judge(facts: Case): readonly Judgement[];
}

/** Rules differ in their parameters; behind `bind` they are all alike, so a list can hold them. */
export function defineRule<Shape extends z.ZodRawShape>(definition: RuleDefinition<Shape>): Rule {
  const { id, description, compares, judgesFindings = true, parameters, defaults } = definition;
  return {
    id,
    description,
    compares,
    judgesFindings,
    parameters,
    defaults,
    bind(given, now = ANY_TIME) {
      const known = parameters.parse({ ...defaults, ...given });
      return {
        filter: definition.compile(known, now),
        judge: (facts) => definition.judge(known, facts),
      };
    },
  };
}

/** In place of the moment, where a question is asked without one. */
export const ANY_TIME = Number.POSITIVE_INFINITY;

/** Selects no finding: for rules that judge something else. */
export const NO_FINDING: Filter = { op: 'any', of: [] };
