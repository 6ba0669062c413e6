/**
 * What the baseline knows, indexed by the names of a defect and by what it sits on. Assets differ from one
 * environment to the next, so two sides are matched by name and component (or file); the asset only tells whether
 * both know the same entity. A side that names no component is matched by name alone.
 */
import type { Finding } from '../domain/finding.ts';
import { observationsInScope, type Scope } from '../domain/scope.ts';
import { type Severity, severityRank } from '../domain/severity.ts';
import type { AssetRef, FunctionUsage } from '../domain/statement.ts';

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
  /** True when the very asset of the finding has it at the very same location, as its tool tells locations apart. */
  readonly sameLocation: boolean;
}

export interface Baseline {
  /** False: there is none, or some of it is missing, so what is absent may still be there. */
  readonly complete: boolean;
  /** Undefined: the baseline does not know this defect on this component. */
  known(finding: Finding): Known | undefined;
}

export const NO_BASELINE: Baseline = { complete: false, known: () => undefined };

/** All findings of one name at one place. Most stand alone, so what groups them by asset is made when first asked. */
interface Entry {
  anywhere: Standing;
  readonly members: Member[];
  assets: Assets | undefined;
}

interface Member {
  readonly finding: Finding;
  readonly standing: Standing;
}

interface Assets {
  readonly standings: ReadonlyMap<string, Standing>;
  readonly mostOnOne: number;
}

const ANY_PLACE = '';

/** `findings`: what is open there, set aside or not; what runs already is not new, whoever accepted it. */
export function indexBaseline(findings: Iterable<Finding>, scope: Scope, complete: boolean): Baseline {
  /** By name, then by place; findings that name no place stand under ANY_PLACE. */
  const byName = new Map<string, Map<string, Entry>>();
  for (const finding of findings) {
    const member = { finding, standing: standingOf(finding, scope) };
    for (const name of namesOf(finding)) {
      const places = byName.get(name) ?? new Map<string, Entry>();
      byName.set(name, places);
      note(places, placeOf(finding), member);
    }
  }
  const known = (finding: Finding): Known | undefined => {
    const place = placeOf(finding);
    const entries: Entry[] = [];
    for (const name of namesOf(finding)) {
      const places = byName.get(name);
      if (places === undefined) continue;
      for (const entry of place === ANY_PLACE
        ? places.values()
        : [places.get(place), places.get(ANY_PLACE)]) {
        if (entry !== undefined) entries.push(entry);
      }
    }
    return joined(entries, finding);
  };
  return { complete, known: remembered(known) };
}

/** Several rules ask about the same finding. */
function remembered<Answer>(
  ask: (finding: Finding) => Answer | undefined,
): (finding: Finding) => Answer | undefined {
  const answers = new Map<Finding, Answer | undefined>();
  return (finding) => {
    if (!answers.has(finding)) answers.set(finding, ask(finding));
    return answers.get(finding);
  };
}

function note(places: Map<string, Entry>, place: string, member: Member): void {
  const entry = places.get(place);
  if (entry === undefined) {
    places.set(place, { anywhere: member.standing, members: [member], assets: undefined });
    return;
  }
  entry.members.push(member);
  entry.anywhere = worse(entry.anywhere, member.standing);
}

function joined(entries: readonly Entry[], finding: Finding): Known | undefined {
  let known: Known | undefined;
  for (const entry of entries) {
    const here = standingOn(finding, entry) ?? known?.sameEntity;
    known = {
      anywhere: worse(known?.anywhere ?? entry.anywhere, entry.anywhere),
      sameEntity: here && worse(known?.sameEntity ?? here, here),
      mostOnOneAsset: Math.max(known?.mostOnOneAsset ?? 0, entry.assets?.mostOnOne ?? 1),
      sameLocation: known?.sameLocation === true || (here !== undefined && isAt(finding, entry)),
    };
  }
  return known;
}

function isAt({ asset, location }: Finding, { members }: Entry): boolean {
  return members.some(
    ({ finding }) => finding.location === location && assetKey(finding.asset) === assetKey(asset),
  );
}

/** On the asset of this finding. */
function standingOn({ asset }: Finding, entry: Entry): Standing | undefined {
  if (entry.members.length === 1) {
    const there = entry.members[0]?.finding.asset;
    return there?.name === asset.name && there.kind === asset.kind ? entry.anywhere : undefined;
  }
  entry.assets ??= groupByAsset(entry.members);
  return entry.assets.standings.get(assetKey(asset));
}

function groupByAsset(members: readonly Member[]): Assets {
  const standings = new Map<string, Standing>();
  let mostOnOne = 0;
  for (const [asset, group] of Map.groupBy(members, ({ finding }) => assetKey(finding.asset))) {
    mostOnOne = Math.max(mostOnOne, group.length);
    standings.set(asset, group.map(({ standing }) => standing).reduce(worse));
  }
  return { standings, mostOnOne };
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
    return [finding.vulnerability, ...finding.aliases];
  }
  return finding.rule === undefined ? [] : [`rule ${finding.rule}`];
}

/**
 * The component, else the file: lines move with every commit and never tell two findings apart, and a tool's own mark of
 * a place (`file#mark`) means nothing in another environment.
 */
export function placeOf({ component, location, rule }: Finding): string {
  const file = rule === undefined ? location : location?.replace(/#[^#]*$/, '');
  return component ?? file?.replace(/(:\d+){1,2}$/, '') ?? ANY_PLACE;
}

export function assetKey({ kind, name }: AssetRef): string {
  return `${kind} ${name}`;
}
