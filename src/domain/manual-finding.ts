import * as z from 'zod';
import { AssetRefSchema } from './asset.ts';
import { Instant } from './instant.ts';
import { SEVERITIES, severityOfScore } from './severity.ts';
import { FINDING_CLASSES, type Observation } from './statement.ts';

/** The source of what people entered themselves; it looks at nothing by itself, so it is no evidence. */
export const MANUAL_SOURCE = 'manual';

/**
 * What somebody found: a penetration test, a bug report. Entered again under its id it is corrected; its asset,
 * vulnerability or rule, and place are what it is about and stay.
 */
export const ManualFinding = z
  .strictObject({
    id: z.string().trim().min(1).max(200),
    title: z.string().trim().min(1).max(500),
    asset: AssetRefSchema,
    /** Any name of a vulnerability that is known elsewhere; else it is a rule of our own. */
    vulnerability: z.string().trim().min(1).max(200).optional(),
    rule: z.string().trim().min(1).max(200).optional(),
    class: z.enum(FINDING_CLASSES).optional(),
    severity: z.enum(SEVERITIES).optional(),
    /** CVSS, 0 to 10; says the severity where that is not given. */
    score: z.number().min(0).max(10).optional(),
    /** Package URL. */
    component: z.string().startsWith('pkg:').optional(),
    version: z.string().min(1).optional(),
    file: z.string().min(1).optional(),
    line: z.int().positive().optional(),
    description: z.string().max(100_000).optional(),
    url: z.string().max(2000).optional(),
    fixedIn: z.array(z.string().min(1)).max(100).default([]),
    foundAt: Instant.optional(),
    dueAt: Instant.optional(),
    /** From that moment it is fixed; absent: it is open. */
    resolvedAt: Instant.optional(),
  })
  .refine(({ vulnerability, rule }) => vulnerability === undefined || rule === undefined, {
    path: ['rule'],
    message: 'it is of a vulnerability or of a rule, not of both',
  })
  .refine(({ severity, score }) => severity !== undefined || score !== undefined, {
    path: ['severity'],
    message: 'give a severity or a score',
  });
export type ManualFinding = z.infer<typeof ManualFinding>;

export function observationOf(finding: ManualFinding): Observation {
  const { vulnerability, rule, component, version, file, line, score } = finding;
  const isVulnerability = vulnerability !== undefined;
  return {
    kind: 'observation',
    key: finding.id,
    class: finding.class ?? (isVulnerability ? 'vulnerability' : 'code'),
    asset: finding.asset,
    defects: [
      isVulnerability
        ? { kind: 'vulnerability', id: vulnerability, aliases: [] }
        : { kind: 'rule', tool: MANUAL_SOURCE, id: rule ?? finding.id },
    ],
    component: component === undefined ? undefined : { purl: component, version },
    location: file === undefined ? undefined : { file, line, fingerprint: finding.id },
    occurrences: version === undefined && file === undefined ? [] : [{ version, path: file, line }],
    life: {
      state: finding.resolvedAt === undefined ? 'open' : 'resolved',
      firstSeenAt: finding.foundAt,
      resolvedAt: finding.resolvedAt,
    },
    severity: finding.severity ?? severityOfScore(score),
    score,
    about: { title: finding.title, description: finding.description, url: finding.url },
    fix: finding.fixedIn.length === 0 ? undefined : { versions: finding.fixedIn },
    setAside: [],
    labels: [],
    dueAt: finding.dueAt,
  };
}
