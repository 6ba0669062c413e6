/**
 * A problem is one entry of a source: with three CVEs it is one problem and three findings. Findings that any source
 * states as one entry are one problem, also through a third that shares an entry with each, so there are never more
 * problems than findings, however many sources see them.
 */
import type { AssetId, Finding } from '../domain/finding.ts';
import { observationsInScope, type Scope } from '../domain/scope.ts';

/** The number of the problem each finding belongs to. */
export type Problems = ReadonlyMap<Finding, number>;

/** One entry of a source, and the first finding seen of it. */
interface Entry {
  readonly source: string;
  readonly channel: string;
  readonly index: number;
}

export function groupIntoProblems(findings: readonly Finding[], scope: Scope): Problems {
  const parents = findings.map((_, index) => index);
  const rootOf = (index: number): number => {
    let at = index;
    for (let above = parents[at]!; above !== at; above = parents[at]!) {
      parents[at] = parents[above]!;
      at = above;
    }
    return at;
  };
  /** By asset, then by key: a key made of what an entry is about comes back on every asset that has it. */
  const seen = new Map<AssetId, Map<string, Entry[]>>();
  for (const [index, finding] of findings.entries()) {
    const ofAsset = seen.get(finding.assetId) ?? new Map<string, Entry[]>();
    seen.set(finding.assetId, ofAsset);
    for (const { source, channel, key } of observationsInScope(finding, scope)) {
      const entries = ofAsset.get(key);
      const same = entries?.find((one) => one.source === source && one.channel === channel);
      if (same !== undefined) parents[rootOf(index)] = rootOf(same.index);
      else if (entries !== undefined) entries.push({ source, channel, index });
      else ofAsset.set(key, [{ source, channel, index }]);
    }
  }
  return new Map(findings.map((finding, index) => [finding, rootOf(index)]));
}

/** Of findings that were grouped. */
export function countProblems(findings: readonly Finding[], problems: Problems): number {
  return new Set(findings.map((finding) => problems.get(finding))).size;
}
