import * as z from 'zod';
import type { Scope } from './scope.ts';
import { Waiver } from './waiver.ts';

/** Named starting points; a policy overrides their rules one by one. */
export const PRESETS = ['strict', 'balanced', 'development', 'pre-production'] as const;
export type Preset = (typeof PRESETS)[number];

/** `block` can make a verdict NO-GO or UNDECIDED, `warn` is only said, `off` is not judged. */
export const RULE_ACTIONS = ['block', 'warn', 'off'] as const;
export type RuleAction = (typeof RULE_ACTIONS)[number];

/** `evaluate` judges the release alone; `compare` also against its baseline. */
export const MODES = ['evaluate', 'compare'] as const;
export type Mode = (typeof MODES)[number];

export const SET_ASIDE_KINDS = ['waiver', 'vendor-mute', 'vex', 'suppression'] as const;
export type SetAsideKind = (typeof SET_ASIDE_KINDS)[number];

/** Whose word may set a finding aside. */
export interface Honour {
  readonly kind: SetAsideKind;
  /** Exact names; absent: any issuer. */
  readonly issuers?: readonly string[] | undefined;
  /** Also what stands in the very scans under judgement. Without it nobody approves themselves. */
  readonly fromJudgedScans: boolean;
}

/** Written in full, or as the kind alone. */
export const Honour: z.ZodType<Honour> = z.preprocess(
  (written) => (typeof written === 'string' ? { kind: written } : written),
  z.strictObject({
    kind: z.enum(SET_ASIDE_KINDS),
    issuers: z.array(z.string().min(1)).min(1).optional(),
    fromJudgedScans: z.boolean().default(false),
  }),
);

/**
 * Suppressions are left out: they are written in the code or file that is judged, by the people it judges. A policy
 * that trusts them names them.
 */
export const DEFAULT_HONOUR: readonly Honour[] = [
  { kind: 'waiver', fromJudgedScans: false },
  { kind: 'vendor-mute', fromJudgedScans: false },
  { kind: 'vex', fromJudgedScans: false },
];

/** What a policy can let pass by name; every verdict under it says so. */
export const RELAXATIONS = [
  'missing-evidence',
  'partial-evidence',
  'stale-evidence',
  'unreadable-evidence',
  'inventory-evidence',
  'incomplete-baseline',
] as const;
export type Relaxation = (typeof RELAXATIONS)[number];

export interface RuleSetting {
  readonly action: RuleAction;
  /** As the rule itself defines them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What holds instead for what is seen in a scope: of those that fit, the first. */
  readonly perScope?: readonly ScopedSetting[] | undefined;
}

export interface ScopedSetting extends Omit<RuleSetting, 'perScope'> {
  readonly scope: Scope;
}

/** A policy with its preset worked in: plain data, the same whenever it is read again. */
export interface Policy {
  readonly name: string;
  readonly preset: Preset;
  readonly mode: Mode;
  /** `false`: the verdict is reported and opens the gate whatever it is. */
  readonly enforce: boolean;
  /** Every known rule by id. */
  readonly rules: Readonly<Record<string, RuleSetting>>;
  readonly honour: readonly Honour[];
  readonly relax: readonly Relaxation[];
  readonly waivers: readonly Waiver[];
  /** How long a waiver may last that is asked for in the store. */
  readonly maxWaiverDays?: number | undefined;
  readonly overrides: OverrideRights;
}

/** Who may open the gate against a verdict, and for how long at most. */
export interface OverrideRights {
  readonly by: readonly string[];
  readonly maxHours: number;
}

/** What a policy says beside its rules; the rules' own part comes from the rules. */
export const policyFields = {
  name: z.string().min(1).optional(),
  preset: z.enum(PRESETS).default('strict'),
  mode: z.enum(MODES).default('evaluate'),
  enforce: z.boolean().default(true),
  honour: z.array(Honour).optional(),
  relax: z.array(z.enum(RELAXATIONS)).default([]),
  waivers: z.array(Waiver).default([]),
  maxWaiverDays: z.number().positive().max(36_500).optional(),
  overrides: z
    .strictObject({
      by: z.array(z.string().min(1)).default([]),
      maxHours: z.number().positive().default(24),
    })
    .prefault({}),
};
