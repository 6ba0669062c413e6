/**
 * Runs the case files: the specification of the gate, in words a security officer can read and add to. A case states
 * a policy, what was found and what was heard from; and the verdict with its reasons, in order and complete.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod';
import { aFinding, anObservationView, countsOf, NOW, someEvidence } from '../../test/support/builders.ts';
import { AssetRefSchema } from '../domain/asset.ts';
import type { Finding, ObservationView } from '../domain/finding.ts';
import { Instant } from '../domain/instant.ts';
import { MODES, SET_ASIDE_KINDS } from '../domain/policy.ts';
import { EVERYTHING, Scope } from '../domain/scope.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { FUNCTION_USAGES, LABEL_KINDS } from '../domain/statement.ts';
import { VERDICTS } from '../domain/verdict.ts';
import { VexStatement } from '../domain/vex.ts';
import { decide } from './decide.ts';
import { readPolicy } from './read-policy.ts';
import { nameOf } from './worst-first.ts';

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
  labels: z
    .array(z.strictObject({ kind: z.enum(LABEL_KINDS), id: z.string(), name: z.string().optional() }))
    .optional(),
  setAside: z
    .array(
      z.strictObject({
        kind: z.enum(['vendor-mute', 'suppression']),
        issuer: z.string(),
        reason: z.string(),
        until: Instant.optional(),
      }),
    )
    .optional(),
});

const CaseFinding = CaseObservation.omit({ live: true }).extend({
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

const Case = z.strictObject({
  case: z.string(),
  policy: z.unknown(),
  mode: z.enum(MODES).optional(),
  now: Instant.default(NOW),
  scope: Scope.default(EVERYTHING),
  baselineScope: Scope.optional(),
  findings: z.array(CaseFinding),
  baseline: z.array(CaseFinding).optional(),
  vex: z.array(VexStatement).default([]),
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
      })
      .optional(),
  }),
});
type Case = z.infer<typeof Case>;

const folder = new URL('cases/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

for (const file of files) {
  const cases = z
    .array(Case)
    .min(1)
    .parse(parse(readFileSync(new URL(file, folder), 'utf8')));
  describe(file.replace('.yaml', ''), () => {
    for (const one of cases) it(one.case, () => checkCase(one));
  });
}

it('there are case files, each name of a case is used once', () => {
  const names = files.flatMap((file) =>
    z
      .array(Case)
      .parse(parse(readFileSync(new URL(file, folder), 'utf8')))
      .map((one) => one.case),
  );

  assert.ok(files.length > 0);
  assert.deepEqual(names, [...new Set(names)]);
});

function checkCase(one: Case): void {
  const findings = one.findings.map(toFinding);
  const verdict = decide({
    release: 'shop 2.0',
    policy: readPolicy(one.policy),
    mode: one.mode,
    scope: one.scope,
    baselineScope: one.baselineScope,
    now: one.now,
    evidence: evidenceOf(one).map((entry) => someEvidence(entry)),
    candidates: findings,
    baseline: one.baseline?.map(toFinding),
    vex: one.vex,
    counts: countsOf(findings),
    fromScans: one.judgedScans,
  });

  const { reasons, setAside, pathToGo } = verdict;
  assert.deepEqual(
    {
      verdict: verdict.verdict,
      reasons: reasons.map((reason) => ({ ...reason, findings: reason.findings.map(nameOf) })),
      setAside: setAside.map(({ finding, kind, issuer, honoured, note }) => ({
        finding: nameOf(finding),
        kind,
        issuer,
        honoured,
        ...(note === undefined ? {} : { note }),
      })),
      ...(one.expect.pathToGo && {
        pathToGo: {
          upgrades: pathToGo.upgrades.map(
            ({ asset, component, from, to, options }) =>
              `${asset}: ${component} ${from.join(', ')} to ${to ?? `one of ${options.join(', ')}`}`,
          ),
          corrections: pathToGo.corrections.map(nameOf),
          waivers: pathToGo.waivers.map(nameOf),
          evidence: pathToGo.evidence,
        },
      }),
    },
    one.expect,
  );
}

function evidenceOf({ evidence, baseline }: Case): NonNullable<Case['evidence']> {
  return (
    evidence ?? [{ source: 'trivy' }, ...(baseline ? [{ source: 'trivy', role: 'baseline' as const }] : [])]
  );
}

function toFinding({ seenBy, function: usage, ...given }: z.infer<typeof CaseFinding>): Finding {
  const { entry, ...facts } = given;
  return aFinding({
    ...facts,
    ...(usage && { assessment: usage }),
    ...(entry && { key: entry }),
    ...(seenBy && {
      observations: seenBy.map((seen) =>
        toObservation({ severity: facts.severity, function: usage, ...seen }),
      ),
    }),
  });
}

function toObservation({
  entry,
  function: usage,
  ...facts
}: z.infer<typeof CaseObservation>): ObservationView {
  return anObservationView({
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    ...(usage && { assessment: usage }),
    ...(entry && { key: entry }),
  });
}
