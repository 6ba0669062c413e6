/** A finding as JSON: one shape in `findings --json`, in verdicts and wherever else machines read findings. */
import type { Finding } from '../domain/finding.ts';
import { isoInstant } from '../domain/instant.ts';
import { toJsonText } from './json-text.ts';

/** Every key is always there; what is not known is null. */
export interface FindingJson {
  readonly vulnerability: string | null;
  readonly aliases: readonly string[];
  readonly rule: string | null;
  readonly component: string | null;
  readonly location: string | null;
  readonly asset: string;
  readonly assetKind: string;
  readonly class: string;
  readonly severity: string;
  readonly state: string;
  readonly occurrences: number;
  readonly sources: readonly string[];
  readonly title: string | null;
  readonly score: number | null;
  readonly fixVersions: readonly string[];
  /** ISO 8601. */
  readonly openedAt: string | null;
  readonly dueAt: string | null;
}

export function toFindingJson(finding: Finding): FindingJson {
  return {
    vulnerability: finding.vulnerability ?? null,
    aliases: finding.aliases,
    rule: finding.rule ?? null,
    component: finding.component ?? null,
    location: finding.location ?? null,
    asset: finding.asset.name,
    assetKind: finding.asset.kind,
    class: finding.class,
    severity: finding.severity,
    state: finding.state,
    occurrences: finding.occurrences,
    sources: finding.sources,
    title: finding.title ?? null,
    score: finding.score ?? null,
    fixVersions: finding.fixVersions,
    openedAt: toIso(finding.openedAt),
    dueAt: toIso(finding.dueAt),
  };
}

/** `findings --json`: `total` counts all that match, of which `findings` may be one page. */
export function toFindingsJson(total: number, findings: readonly Finding[]): string {
  return toJsonText({ total, findings: findings.map(toFindingJson) });
}

/** Null for no time at all, and for a number that is none. */
export function toIso(at: number | undefined): string | null {
  return at === undefined ? null : (isoInstant(at) ?? null);
}
