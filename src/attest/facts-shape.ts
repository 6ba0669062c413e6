/**
 * The shape of facts that come back from outside, checked far enough that judging them cannot fail for their shape. A
 * member that is not named here stays as it is.
 */
import * as z from 'zod';
import type { AssetId, Finding, FindingId, ObservationId, ObservationView } from '../domain/finding.ts';
import {
  INTELLIGENCE_KINDS,
  type Intelligence,
  type IntelligenceKind,
  OutdatedFeed,
} from '../domain/intelligence.ts';
import {
  type Honour,
  MODES,
  type Mode,
  type Policy,
  PRESETS,
  RELAXATIONS,
  RULE_ACTIONS,
  SET_ASIDE_KINDS,
} from '../domain/policy.ts';
import type { Scope } from '../domain/scope.ts';
import { SEVERITIES } from '../domain/severity.ts';
import {
  ASSET_KINDS,
  type Assessment,
  FINDING_CLASSES,
  FUNCTION_USAGES,
  LABEL_KINDS,
  SOURCE_SET_ASIDE_KINDS,
} from '../domain/statement.ts';
import type { Counts, Evidence } from '../domain/verdict.ts';
import type { VexStatement } from '../domain/vex.ts';
import type { Waiver } from '../domain/waiver.ts';

/** As `decide` takes it. */
export interface Facts {
  readonly release: string;
  readonly policy: Policy;
  readonly mode?: Mode | undefined;
  readonly scope: Scope;
  readonly baselineScope?: Scope | undefined;
  readonly now: number;
  readonly evidence: readonly Evidence[];
  readonly candidates: readonly Finding[];
  readonly baseline?: readonly Finding[] | undefined;
  readonly waivers?: readonly Waiver[] | undefined;
  readonly vex?: readonly VexStatement[] | undefined;
  readonly intelligence?: readonly IntelligenceKind[] | undefined;
  readonly outdated?: readonly OutdatedFeed[] | undefined;
  readonly owners?: readonly (readonly [AssetId, string])[] | undefined;
  readonly counts: Pick<Counts, 'open' | 'bySeverity'>;
  readonly fromScans: boolean;
}

const text = z.string();
const texts = z.array(text);
const severity = z.enum(SEVERITIES);
const count = z.int().nonnegative();
const asset = z.looseObject({ kind: z.enum(ASSET_KINDS), name: text });

const isNumber = (value: unknown): boolean => Number.isInteger(value);
const findingId = z.custom<FindingId>(isNumber, 'expected an integer');
const assetId = z.custom<AssetId>(isNumber, 'expected an integer');
const observationId = z.custom<ObservationId>(isNumber, 'expected an integer');

const assessment: z.ZodType<Assessment> = z.looseObject({
  functionUsage: z.enum(FUNCTION_USAGES).optional(),
  exposure: z.enum(['public', 'not-detected', 'not-available']).optional(),
  dataAssets: z.enum(['reachable', 'not-detected', 'not-available']).optional(),
  exploit: z.enum(['available', 'not-available']).optional(),
});

const intelligence: z.ZodType<Intelligence> = z.looseObject({
  epss: z.looseObject({ probability: z.number(), percentile: z.number().optional() }).optional(),
  kev: z
    .looseObject({ addedAt: z.number(), dueAt: z.number().optional(), isRansomware: z.boolean() })
    .optional(),
});

const observation: z.ZodType<ObservationView> = z.looseObject({
  id: observationId,
  source: text,
  channel: text,
  key: text,
  live: z.boolean(),
  severity,
  score: z.number().optional(),
  assessment,
  setAside: z.array(
    z.looseObject({
      kind: z.enum(SOURCE_SET_ASIDE_KINDS),
      issuer: text,
      reason: text,
      at: z.number().optional(),
      until: z.number().optional(),
    }),
  ),
  labels: z.array(z.looseObject({ kind: z.enum(LABEL_KINDS), id: text, name: text.optional() })),
  versions: texts,
  imageVersions: texts.optional(),
  fix: z.looseObject({ versions: texts, text: text.optional() }).optional(),
});

const finding: z.ZodType<Finding> = z.looseObject({
  id: findingId,
  class: z.enum(FINDING_CLASSES),
  vulnerability: text.optional(),
  aliases: texts,
  rule: text.optional(),
  component: text.optional(),
  location: text.optional(),
  asset,
  assetId,
  severity,
  score: z.number().optional(),
  title: text.optional(),
  state: z.enum(['open', 'resolved']),
  openedAt: z.number(),
  closedAt: z.number().optional(),
  dueAt: z.number().optional(),
  assessment,
  intelligence: intelligence.optional(),
  fixVersions: texts,
  advisedFixes: z.array(z.object({ advisory: text, versions: texts })).optional(),
  occurrences: count,
  sources: texts,
  observations: z.array(observation),
});

const scope: z.ZodType<Scope> = z.looseObject({
  name: text,
  sources: texts.optional(),
  channels: texts.optional(),
  labels: z.array(z.looseObject({ kind: z.enum(LABEL_KINDS), anyOf: texts })).optional(),
  assets: z.array(z.looseObject({ kind: z.enum(ASSET_KINDS).optional(), name: text })).optional(),
});

const waiver: z.ZodType<Waiver> = z.looseObject({
  id: text,
  vulnerability: text.optional(),
  component: text.optional(),
  asset: asset.optional(),
  rule: text.optional(),
  scope: z.custom<Waiver['scope']>((value) => scope.optional().safeParse(value).success).optional(),
  by: text,
  requestedBy: text.optional(),
  reason: text,
  until: z.number(),
  from: z.number().optional(),
});

const vex: z.ZodType<VexStatement> = z.looseObject({
  vulnerability: text.optional(),
  finding: findingId.optional(),
  component: text.optional(),
  versions: texts.optional(),
  componentName: text.optional(),
  asset: asset.optional(),
  assetNames: texts.optional(),
  imageVersions: texts.optional(),
  status: z.enum(['not-affected', 'fixed']),
  issuer: text,
  reason: text,
  until: z.number().optional(),
  fromJudgedScans: z.boolean(),
});

const evidence: z.ZodType<Evidence> = z.looseObject({
  source: text,
  role: z.enum(['release', 'baseline']),
  state: z.enum(['complete', 'partial', 'stale', 'missing', 'unreadable', 'inventory']),
  required: z.boolean(),
  observedAt: z.number().optional(),
  observations: count,
  rejected: count,
  reasons: texts,
});

const honour: z.ZodType<Honour> = z.looseObject({
  kind: z.enum(SET_ASIDE_KINDS),
  issuers: texts.optional(),
  fromJudgedScans: z.boolean(),
});

/** Parameters are checked by the rules themselves, when the policy is judged by. */
const policy: z.ZodType<Policy> = z.looseObject({
  name: text,
  preset: z.enum(PRESETS),
  mode: z.enum(MODES),
  enforce: z.boolean(),
  rules: z.record(
    text,
    z.looseObject({ action: z.enum(RULE_ACTIONS), parameters: z.record(text, z.unknown()) }),
  ),
  honour: z.array(honour),
  relax: z.array(z.enum(RELAXATIONS)),
  waivers: z.array(waiver),
  overrides: z.looseObject({ by: z.array(text), maxHours: z.number() }),
});

const facts: z.ZodType<Facts> = z.looseObject({
  release: text,
  policy,
  mode: z.enum(MODES).optional(),
  scope,
  baselineScope: scope.optional(),
  now: z.number(),
  evidence: z.array(evidence),
  candidates: z.array(finding),
  baseline: z.array(finding).optional(),
  waivers: z.array(waiver).optional(),
  vex: z.array(vex).optional(),
  intelligence: z.array(z.enum(INTELLIGENCE_KINDS)).optional(),
  outdated: z.array(OutdatedFeed).optional(),
  owners: z.array(z.tuple([assetId, text])).optional(),
  counts: z.looseObject({ open: count, bySeverity: z.record(severity, count) }),
  fromScans: z.boolean(),
});

/** The value itself is what is judged, never a copy that a schema made. */
export function isFacts(value: unknown): value is Facts {
  return facts.safeParse(value).success;
}

/** What is wrong first, by its path. */
export function faultOfFacts(value: unknown): string {
  const [issue] = facts.safeParse(value).error?.issues ?? [];
  return issue === undefined ? 'nothing' : `${issue.path.join('.') || 'document'}: ${issue.message}`;
}
