/**
 * What an upgrade of one component on one asset can do: the smallest version that repairs all that can be repaired,
 * and what is left. Only versions that somebody named as a fix are proposed, and one is taken to repair a defect when
 * every source that names fixes would agree: it is one of its fixes, follows one on the same line, or is not below any.
 */
import type { Finding } from '../../domain/finding.ts';
import { observationsInScope, type Scope } from '../../domain/scope.ts';
import type { Move } from '../../domain/verdict.ts';
import { schemeOf } from '../versions/registry.ts';
import { compareRanks, type Rank } from '../versions/scheme.ts';
import { compareText } from '../worst-first.ts';
import { LONGEST_HINT, versionsInHint } from './fix-hints.ts';

export interface Repair {
  /** Installed versions, as far as they are known. */
  readonly from: readonly string[];
  /** One version that repairs them wherever they are installed; undefined: no order is certain. */
  readonly to: string | undefined;
  /** The smallest step from each installed version. Empty where several are installed and too many to list. */
  readonly moves: readonly Move[];
  /** Where no single version can be chosen: those named as fixes. */
  readonly options: readonly string[];
  readonly repaired: readonly Finding[];
  /** No version is named that would repair them. */
  readonly unfixed: readonly Finding[];
  /** The versions named as fixes are not above the one installed, which has the defect all the same. */
  readonly outdated: readonly Finding[];
}

/** A defect of the component: where it is, and what repairs it by the word of each source. */
interface Defect {
  /** Installed versions that have it; empty: not told. */
  readonly carriers: readonly string[];
  readonly fixSets: readonly (readonly string[])[];
}

/** Longer is no version, and nothing to show. */
const LONGEST_VERSION = 256;
const MOST_MOVES = 20;

/** `findings`: all of one component on one asset. */
export type Repairer = (component: string, findings: readonly Finding[]) => Repair;

/** What has been found out for one asset is not found out again for the next that has the same. */
export function repairerFor(scope: Scope): Repairer {
  const fixesOf = fixReader();
  const known = new Map<string, Targets>();
  return (component, findings) => {
    const defects = findings.map((finding) => defectOf(component, finding, scope, fixesOf));
    const key = JSON.stringify([component, defects.map(({ carriers, fixSets }) => [carriers, fixSets])]);
    const targets = known.get(key) ?? targetsOf(component, defects);
    known.set(key, targets);
    const { from, to, moves, options, fates } = targets;
    const having = (fate: Fate): readonly Finding[] => findings.filter((_, index) => fates[index] === fate);
    return {
      from,
      to,
      moves,
      options,
      repaired: having('repaired'),
      unfixed: having('unfixed'),
      outdated: having('outdated'),
    };
  };
}

type Fate = 'repaired' | 'unfixed' | 'outdated';

interface Targets extends Pick<Repair, 'from' | 'to' | 'moves' | 'options'> {
  /** In the order of the defects. */
  readonly fates: readonly Fate[];
}

function targetsOf(component: string, defects: readonly Defect[]): Targets {
  const ranks = schemeOf(component).rank(
    defects.flatMap(({ carriers, fixSets }) => [...carriers, ...fixSets.flat()]),
  );
  const fates = defects.map((defect): Fate => {
    if (defect.fixSets.length === 0) return 'unfixed';
    return isOutdated(defect, ranks) ? 'outdated' : 'repaired';
  });
  const from = distinct(defects.flatMap(({ carriers }) => carriers));
  return {
    from,
    fates,
    ...versionsFor(
      defects.filter((_, index) => fates[index] === 'repaired'),
      ranks,
    ),
  };
}

function defectOf(component: string, finding: Finding, scope: Scope, fixesOf: FixReader): Defect {
  const views = observationsInScope(finding, scope);
  const carriers: string[] = [];
  const fixSets: (readonly string[])[] = [];
  for (const { versions, fix } of views) {
    for (const version of versions) if (version.trim() !== '') carriers.push(shortened(version));
    const fixes = fix === undefined ? [] : fixesOf(fix.versions, fix.text, component);
    if (fixes.length > 0) fixSets.push(fixes);
  }
  for (const { versions } of finding.advisedFixes ?? []) {
    const fixes = fixesOf(versions, undefined, component);
    if (fixes.length > 0) fixSets.push(fixes);
  }
  if (fixSets.length === 0) {
    const merged = fixesOf(finding.fixVersions, undefined, component);
    if (merged.length > 0) fixSets.push(merged);
  }
  return { carriers: distinct(carriers), fixSets };
}

type FixReader = (
  versions: readonly string[],
  text: string | undefined,
  component: string,
) => readonly string[];

/** The words count only where no version is stated. Sources repeat themselves, so each text is read once. */
function fixReader(): FixReader {
  const read = new Map<string, string | undefined>();
  const hints = new Map<string, readonly string[]>();
  const versionIn = (text: string): string | undefined => {
    if (text.length > LONGEST_VERSION) return undefined;
    if (!read.has(text)) read.set(text, /^(?:>=|==?)?\s*([^\s<>=!*]+)$/.exec(text.trim())?.[1]);
    return read.get(text);
  };
  return (versions, text, component) => {
    const stated = versions.flatMap((version) => versionIn(version) ?? []);
    if (stated.length > 0 || text === undefined) return distinct(stated);
    const key = `${component} ${text.slice(0, LONGEST_HINT)}`;
    const hint = hints.get(key) ?? distinct(versionsInHint(text, component));
    hints.set(key, hint);
    return hint;
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return texts.length < 2 ? texts : [...new Set(texts)].sort(compareText);
}

function shortened(text: string): string {
  return text.length > LONGEST_VERSION ? `${text.slice(0, LONGEST_VERSION)}…` : text;
}

type Ranks = ReadonlyMap<string, Rank>;

/** None of the versions named as fixes is (or might be) above an installed version that has the defect. */
function isOutdated({ carriers, fixSets }: Defect, ranks: Ranks): boolean {
  return carriers.some((carrier) =>
    fixSets.flat().every((fix) => isAtMost(ranks.get(fix), ranks.get(carrier))),
  );
}

/** What has to hold for a version to repair a defect that an installed version has; several defects may ask the same. */
interface Demand {
  /** Undefined: which version has it is not told. */
  readonly carrier: string | undefined;
  /** Of each source the fixes above the carrier. */
  readonly fixSets: readonly (readonly (Rank | undefined)[])[];
}

function versionsFor(defects: readonly Defect[], ranks: Ranks): Pick<Repair, 'to' | 'moves' | 'options'> {
  const demands = demandsOf(defects, ranks);
  const carriers = distinct(defects.flatMap((defect) => defect.carriers));
  const named = distinct(defects.flatMap(({ fixSets }) => fixSets.flat()));
  const candidates = inOrder(named.flatMap((text) => ranks.get(text) ?? []));
  const to = smallest(candidates, carriers, demands, ranks)?.text;
  if (to === undefined) return { to, moves: [], options: named };
  if (carriers.length > MOST_MOVES) return { to, moves: [], options: [] };
  return { to, moves: carriers.map((from) => moveFrom(from, candidates, demands, ranks, to)), options: [] };
}

function demandsOf(defects: readonly Defect[], ranks: Ranks): readonly Demand[] {
  const demands = new Map<string, Demand>();
  for (const { carriers, fixSets } of defects) {
    for (const carrier of carriers.length > 0 ? carriers : [undefined]) {
      const key = JSON.stringify([carrier, fixSets]);
      if (demands.has(key)) continue;
      const installed = carrier === undefined ? undefined : ranks.get(carrier);
      const above = fixSets.map((fixes) =>
        fixes.map((fix) => ranks.get(fix)).filter((fix) => !isAtMost(fix, installed)),
      );
      // A source whose fixes are all below what still has the defect tells nothing of what would repair it.
      demands.set(key, { carrier, fixSets: above.filter((fixes) => fixes.length > 0) });
    }
  }
  return [...demands.values()];
}

/** From this version up, also past others that are installed beside it, and then free of what those have. */
function moveFrom(
  from: string,
  candidates: readonly Rank[],
  demands: readonly Demand[],
  ranks: Ranks,
  otherwise: string,
): Move {
  const passes = (carrier: string | undefined, version: Rank): boolean =>
    carrier === undefined || carrier === from || !isBelow(version, ranks.get(carrier));
  const found = smallest(candidates, [from], demands, ranks, passes);
  return { from, to: found?.text ?? otherwise };
}

/**
 * The first that is above all of these and does what is asked; none where another that does might be smaller. The
 * highest installed version and the demand that failed last are asked first, so that thousands of either cost little
 * more than the hardest of them.
 */
function smallest(
  candidates: readonly Rank[],
  above: readonly string[],
  demands: readonly Demand[],
  ranks: Ranks,
  isAsked: (carrier: string | undefined, version: Rank) => boolean = () => true,
): Rank | undefined {
  const asked = [...demands];
  const below = above
    .map((text) => ranks.get(text))
    .sort((a, b) => (b?.rank ?? Number.POSITIVE_INFINITY) - (a?.rank ?? Number.POSITIVE_INFINITY) || 0);
  const does = (version: Rank): boolean => {
    if (!below.every((installed) => isBelow(installed, version))) return false;
    const failed = asked.findIndex(
      ({ carrier, fixSets }) =>
        isAsked(carrier, version) && !fixSets.every((fixes) => repairs(version, fixes)),
    );
    if (failed > 0) asked.unshift(...asked.splice(failed, 1));
    return failed === -1;
  };
  const first = candidates.find(does);
  const rivals = candidates.filter(({ group, family }) => group === first?.group && family !== first.family);
  return rivals.some(does) ? undefined : first;
}

function repairs(version: Rank, fixes: readonly (Rank | undefined)[]): boolean {
  if (fixes.some((fix) => compareRanks(fix, version) === 0)) return true;
  const onLine = fixes.filter((fix) => version.branch !== undefined && fix?.branch === version.branch);
  return [onLine, fixes].some((some) => some.length > 0 && some.every((fix) => isAtMost(fix, version)));
}

/** Smallest first; of equal ones the shortest way of writing it. */
function inOrder(versions: readonly Rank[]): readonly Rank[] {
  return [...versions].sort(
    (a, b) => a.rank - b.rank || a.text.length - b.text.length || compareText(a.text, b.text),
  );
}

function isBelow(a: Rank | undefined, b: Rank | undefined): boolean {
  const order = compareRanks(a, b);
  return order !== undefined && order < 0;
}

function isAtMost(a: Rank | undefined, b: Rank | undefined): boolean {
  const order = compareRanks(a, b);
  return order !== undefined && order <= 0;
}
