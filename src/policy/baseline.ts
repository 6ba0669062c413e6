/**
 * What the baseline knows, indexed by the names of a defect and by what it sits on. Assets differ from one
 * environment to the next, so two sides are matched by name and component (or file); the asset only tells whether
 * both know the same entity. A side that names no component is matched by name alone.
 */
import type { Finding } from '../domain/finding.ts';
import { normaliseName } from '../domain/names.ts';
import { observationsInScope, type Scope } from '../domain/scope.ts';
import { type Severity, severityRank } from '../domain/severity.ts';
import type { FunctionUsage } from '../domain/statement.ts';

/** How bad one side has it; of several findings the worst of each. */
export interface Standing {
  readonly severity: Severity;
  readonly usage: FunctionUsage | undefined;
}

export interface Known {
  /** Over the whole baseline. */
  readonly anywhere: Standing;
  /** On the very asset of the finding asked for, where the baseline knows it there. */
  readonly sameEntity: Standing | undefined;
  /** The most of them on any one asset: a rule can be broken several times in one file. */
  readonly mostOnOneAsset: number;
}

export interface Baseline {
  /** False: there is none, or some of it is missing, so what is absent may still be there. */
  readonly complete: boolean;
  /** Undefined: the baseline does not know this defect on this component. */
  known(finding: Finding): Known | undefined;
}

export const NO_BASELINE: Baseline = { complete: false, known: () => undefined };

interface Entry {
  anywhere: Standing;
  mostOnOneAsset: number;
  readonly byAsset: Map<string, { readonly standing: Standing; readonly count: number }>;
}

const ANY_PLACE = '';

/** `findings`: what is open there, set aside or not; what runs already is not new, whoever accepted it. */
export function indexBaseline(findings: Iterable<Finding>, scope: Scope, complete: boolean): Baseline {
  /** By name, then by place; findings that name no place stand under ANY_PLACE alone. */
  const placed = new Map<string, Map<string, Entry>>();
  /** By name, all places together: for release findings that name none. */
  const named = new Map<string, Entry>();
  for (const finding of findings) {
    const standing = standingOf(finding, scope);
    for (const name of namesOf(finding)) {
      const places = placed.get(name) ?? new Map<string, Entry>();
      placed.set(name, places);
      note(places, placeOf(finding), finding, standing);
      note(named, name, finding, standing);
    }
  }
  return {
    complete,
    known(finding) {
      const place = placeOf(finding);
      const entries = namesOf(finding).flatMap((name) => {
        if (place === ANY_PLACE) return [named.get(name)];
        const places = placed.get(name);
        return [places?.get(place), places?.get(ANY_PLACE)];
      });
      return joined(entries, assetKey(finding));
    },
  };
}

function note<Key>(entries: Map<Key, Entry>, key: Key, finding: Finding, standing: Standing): void {
  const entry = entries.get(key) ?? { anywhere: standing, mostOnOneAsset: 0, byAsset: new Map() };
  entries.set(key, entry);
  const asset = assetKey(finding);
  const there = entry.byAsset.get(asset);
  const count = (there?.count ?? 0) + 1;
  entry.byAsset.set(asset, { standing: worse(there?.standing ?? standing, standing), count });
  entry.anywhere = worse(entry.anywhere, standing);
  entry.mostOnOneAsset = Math.max(entry.mostOnOneAsset, count);
}

function joined(entries: readonly (Entry | undefined)[], asset: string): Known | undefined {
  let known: Known | undefined;
  for (const entry of entries) {
    if (entry === undefined) continue;
    const { anywhere, byAsset, mostOnOneAsset } = entry;
    const sameEntity = byAsset.get(asset)?.standing ?? known?.sameEntity;
    known = {
      anywhere: worse(known?.anywhere ?? anywhere, anywhere),
      sameEntity: sameEntity === undefined ? undefined : worse(known?.sameEntity ?? sameEntity, sameEntity),
      mostOnOneAsset: Math.max(known?.mostOnOneAsset ?? 0, mostOnOneAsset),
    };
  }
  return known;
}

/**
 * As the scope sees it: a finding that also has observations elsewhere (an image in two channels) stands here as
 * badly as its worst observation here. One that lies wholly inside keeps its shown values.
 */
export function standingOf(finding: Finding, scope: Scope): Standing {
  const inside = observationsInScope(finding, scope);
  const relevant = finding.observations.filter((view) => view.live || finding.state !== 'open');
  const whole = { severity: finding.severity, usage: finding.assessment.functionUsage };
  if (inside.length === 0 || inside.length === relevant.length) return whole;
  return inside
    .map(({ severity, assessment }): Standing => ({ severity, usage: assessment.functionUsage }))
    .reduce(worse);
}

const USAGE_RANK = { 'in-use': 3, 'not-available': 2, 'not-in-use': 1 } as const satisfies Record<
  FunctionUsage,
  number
>;

function worse(a: Standing, b: Standing): Standing {
  return {
    severity: severityRank(a.severity) >= severityRank(b.severity) ? a.severity : b.severity,
    usage: rankOf(a.usage) >= rankOf(b.usage) ? a.usage : b.usage,
  };
}

function rankOf(usage: FunctionUsage | undefined): number {
  return usage === undefined ? 0 : USAGE_RANK[usage];
}

/** Aliases and the canonical name, or the rule; names and rules never meet. */
export function namesOf(finding: Finding): readonly string[] {
  if (finding.vulnerability !== undefined) {
    return [...new Set([finding.vulnerability, ...finding.aliases].map(normaliseName))];
  }
  return finding.rule === undefined ? [] : [`rule ${finding.rule}`];
}

/** The component, else the file: lines move with every commit and never tell two findings apart. */
export function placeOf(finding: Finding): string {
  return finding.component ?? finding.location?.replace(/(:\d+){1,2}$/, '') ?? ANY_PLACE;
}

export function assetKey(finding: Finding): string {
  return `${finding.asset.kind} ${finding.asset.name}`;
}
