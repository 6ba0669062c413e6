/**
 * What `decide` computed, and nothing else: findings are named by what they are (asset, defect, place) rather than by
 * the numbers a store gave them, and what was added afterwards (subject, override, changes) is left out. The same facts
 * give the same core, byte for byte.
 */
import type { Finding } from '../domain/finding.ts';
import type { AssetRef } from '../domain/statement.ts';
import type { Verdict } from '../domain/verdict.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { sha256Of } from './digest.ts';

export interface FindingName {
  readonly asset: AssetRef;
  /** The vulnerability's canonical name, or the rule. */
  readonly defect?: string | undefined;
  /** The component, or the location. */
  readonly place?: string | undefined;
}

/** The same with every finding replaced by its name. */
type Named<T> = T extends Finding
  ? FindingName
  : T extends readonly (infer Item)[]
    ? readonly Named<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Named<T[Key]> }
      : T;

type AddedLater = 'subject' | 'override' | 'changes';
type Outcome = Omit<Verdict['rules'][number], 'description'>;

export type VerdictCore = Named<Omit<Verdict, AddedLater | 'rules'>> & { readonly rules: readonly Outcome[] };

/** Something canonical, and what it is called by. */
export interface Kept {
  /** SHA-256 of the text, lower-case hex. */
  readonly digest: string;
  /** Canonical JSON. */
  readonly text: string;
}

export function keptCoreOf(verdict: Verdict): Kept {
  return keptOf(coreOf(verdict));
}

/** What others wrote may hold what is no Unicode; a verdict must not fail for it. */
export function keptOf(value: unknown): Kept {
  const text = canonicalJson(value, { loneSurrogates: 'replace' });
  return { digest: sha256Of(text), text };
}

export function coreOf(verdict: Verdict): VerdictCore {
  const { pathToGo } = verdict;
  return {
    verdict: verdict.verdict,
    release: verdict.release,
    scope: verdict.scope,
    baseline: verdict.baseline,
    policy: verdict.policy,
    decidedAt: verdict.decidedAt,
    mode: verdict.mode,
    rules: verdict.rules.map(({ rule, action, outcome }) => ({ rule, action, outcome })),
    reasons: verdict.reasons.map(({ findings, ...reason }) => ({
      ...reason,
      findings: findings.map(nameOf),
    })),
    relaxed: verdict.relaxed,
    enforced: verdict.enforced,
    evidence: verdict.evidence,
    setAside: verdict.setAside.map(({ finding, ...entry }) => ({ ...entry, finding: nameOf(finding) })),
    pathToGo: {
      upgrades: pathToGo.upgrades.map(({ findings, ...upgrade }) => ({
        ...upgrade,
        findings: findings.map(nameOf),
      })),
      corrections: pathToGo.corrections.map(nameOf),
      waivers: pathToGo.waivers.map(nameOf),
      evidence: pathToGo.evidence,
    },
    counts: verdict.counts,
  };
}

function nameOf({ asset, vulnerability, rule, component, location }: Finding): FindingName {
  return {
    asset: { kind: asset.kind, name: asset.name },
    defect: vulnerability ?? rule,
    place: component ?? location,
  };
}
