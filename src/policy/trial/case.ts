/**
 * A case: a policy, what was found and what was heard from; and the verdict with its reasons, in order and complete. It is
 * written in words that a security officer can read and add to, and never depends on the day it is run.
 */
import * as z from 'zod';
import { AssetRefSchema } from '../../domain/asset.ts';
import { Instant } from '../../domain/instant.ts';
import { INTELLIGENCE_KINDS, OutdatedFeed } from '../../domain/intelligence.ts';
import { MODES, SET_ASIDE_KINDS } from '../../domain/policy.ts';
import { EVERYTHING, Scope } from '../../domain/scope.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { FUNCTION_USAGES, LABEL_KINDS, SOURCE_SET_ASIDE_KINDS } from '../../domain/statement.ts';
import { VERDICTS } from '../../domain/verdict.ts';
import { VexStatement } from '../../domain/vex.ts';
import { PolicyDocument } from '../read-policy.ts';

/** When a case that names no moment is judged. */
export const A_THURSDAY = Date.UTC(2026, 0, 15);

const Usage = z.enum(FUNCTION_USAGES).transform((functionUsage) => ({ functionUsage }));

const CaseObservation = z.strictObject({
  source: z.string().optional(),
  channel: z.string().optional(),
  /** The entry of the source: findings that share it are one problem. */
  entry: z.string().optional(),
  live: z.boolean().optional(),
  severity: z.enum(SEVERITIES).optional(),
  function: Usage.optional(),
  versions: z.array(z.string()).optional(),
  /** What this source names as fixes, or says of them. */
  fixedIn: z.array(z.string()).optional(),
  fixText: z.string().optional(),
  labels: z
    .array(z.strictObject({ kind: z.enum(LABEL_KINDS), id: z.string(), name: z.string().optional() }))
    .optional(),
  setAside: z
    .array(
      z.strictObject({
        kind: z.enum(SOURCE_SET_ASIDE_KINDS),
        issuer: z.string(),
        reason: z.string(),
        until: Instant.optional(),
      }),
    )
    .optional(),
});

const CaseFinding = CaseObservation.omit({ live: true, fixedIn: true, fixText: true }).extend({
  vulnerability: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  rule: z.string().optional(),
  /** Null: the source names none. */
  component: z
    .string()
    .nullable()
    .transform((component) => component ?? undefined)
    .optional(),
  location: z.string().optional(),
  asset: AssetRefSchema.optional(),
  state: z.enum(['open', 'resolved']).optional(),
  fixVersions: z.array(z.string()).optional(),
  /** By the advisory that names them. */
  advisedFixes: z.record(z.string(), z.array(z.string())).optional(),
  score: z.number().optional(),
  exposure: z.enum(['public', 'not-detected', 'not-available']).optional(),
  data: z.enum(['reachable', 'not-detected', 'not-available']).optional(),
  exploit: z.enum(['available', 'not-available']).optional(),
  epss: z.number().optional(),
  epssPercentile: z.number().optional(),
  /** In CISA's catalogue. */
  kev: z.enum(['listed', 'ransomware']).optional(),
  openedAt: Instant.optional(),
  dueAt: Instant.optional(),
  seenBy: z.array(CaseObservation).optional(),
});

const CaseEvidence = z.strictObject({
  source: z.string(),
  role: z.enum(['release', 'baseline']).optional(),
  state: z.enum(['complete', 'partial', 'stale', 'missing', 'unreadable', 'inventory']).optional(),
  required: z.boolean().optional(),
  observedAt: Instant.optional(),
  rejected: z.int().optional(),
  reasons: z.array(z.string()).optional(),
});

export const Case = z.strictObject({
  /** A sentence. */
  case: z.string().min(1),
  /** A preset, or a document of its own. Absent: the policy under test. */
  policy: z
    .preprocess((written) => (typeof written === 'string' ? { preset: written } : written), PolicyDocument)
    .optional(),
  mode: z.enum(MODES).optional(),
  now: Instant.default(A_THURSDAY),
  scope: Scope.default(EVERYTHING),
  baselineScope: Scope.optional(),
  findings: z.array(CaseFinding),
  baseline: z.array(CaseFinding).optional(),
  vex: z.array(VexStatement).default([]),
  /** By the name of the asset. */
  owners: z.record(z.string(), z.string()).optional(),
  /** What the world was asked for. */
  intelligence: z.array(z.enum(INTELLIGENCE_KINDS)).default([...INTELLIGENCE_KINDS]),
  /** What of it is older than it may be. */
  outdated: z.array(OutdatedFeed.extend({ publishedAt: Instant })).optional(),
  /** Absent: one complete run of trivy, and one of the baseline where there is one. */
  evidence: z.array(CaseEvidence).optional(),
  judgedScans: z.boolean().default(false),
  expect: z.strictObject({
    verdict: z.enum(VERDICTS),
    reasons: z.array(
      z.strictObject({
        rule: z.string(),
        effect: z.enum(['block', 'warn', 'undecided']),
        message: z.string(),
        /** Names, worst first. */
        findings: z.array(z.string()).default([]),
      }),
    ),
    setAside: z
      .array(
        z.strictObject({
          finding: z.string(),
          kind: z.enum(SET_ASIDE_KINDS),
          issuer: z.string(),
          honoured: z.boolean(),
          note: z.string().optional(),
        }),
      )
      .default([]),
    /** Where the case is about the way out. */
    pathToGo: z
      .strictObject({
        upgrades: z.array(z.string()).default([]),
        corrections: z.array(z.string()).default([]),
        waivers: z.array(z.string()).default([]),
        evidence: z.array(z.string()).default([]),
        /** These where the case is about them. */
        groups: z.array(z.string()).optional(),
        owners: z.array(z.string()).optional(),
        partial: z.array(z.string()).optional(),
      })
      .optional(),
  }),
});
export type Case = z.output<typeof Case>;
export type CaseFinding = z.output<typeof CaseFinding>;
export type CaseObservation = z.output<typeof CaseObservation>;
