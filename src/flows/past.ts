/** What stood at an earlier moment, by the sources' clocks and all that is known of that moment today. */
import { type Filter, matches } from '../domain/filter.ts';
import type { Finding, FindingId } from '../domain/finding.ts';
import type { HistoryEntry, StoreReader } from '../store/store.ts';

const PAGE = 1000;

/** Open then, and as it then stood. A filter by state, deadline or names goes by that, too. */
export async function pastFindings(
  reader: StoreReader,
  at: number,
  filter: Filter,
): Promise<readonly Finding[]> {
  const open = await reader.openAt(at);
  const findings: Finding[] = [];
  for (let start = 0; start < open.length; start += PAGE) {
    const ids = open.slice(start, start + PAGE).map(({ finding }) => finding);
    const stood = await reader.findingsAt(ids, at);
    findings.push(...stood.filter((finding) => matches(finding, filter)));
  }
  return findings;
}

export interface Comparison {
  /** Open at the end and not at the beginning, as they stand at the end. */
  readonly appeared: readonly Finding[];
  /** Open at the beginning and not at the end, as they stood at the beginning. */
  readonly gone: readonly Finding[];
  /** Open at both, and another severity. */
  readonly rescored: readonly { readonly before: Finding; readonly after: Finding }[];
  readonly unchanged: number;
}

/** The state at two moments side by side; what came and went in between shows in neither. */
export async function compareMoments(
  reader: StoreReader,
  { from, to }: { readonly from: number; readonly to: number },
  filter: Filter,
): Promise<Comparison> {
  const before = byId(await pastFindings(reader, from, filter));
  const after = byId(await pastFindings(reader, to, filter));
  const stayed = [...after.values()].flatMap((now) => {
    const then = before.get(now.id);
    return then === undefined ? [] : [{ before: then, after: now }];
  });
  const rescored = stayed.filter((pair) => pair.before.severity !== pair.after.severity);
  return {
    appeared: [...after.values()].filter(({ id }) => !before.has(id)),
    gone: [...before.values()].filter(({ id }) => !after.has(id)),
    rescored,
    unchanged: stayed.length - rescored.length,
  };
}

function byId(findings: readonly Finding[]): ReadonlyMap<FindingId, Finding> {
  return new Map(findings.map((finding) => [finding.id, finding]));
}

/** One change of a finding, and the finding as it stands today. */
export interface Learned {
  readonly finding: Finding;
  readonly change: HistoryEntry;
}

/**
 * What was learned between two moments of our own clock, in that order; a late scan is learned when it arrives, whatever
 * it speaks of. The filter goes by what findings show today.
 */
export async function learnedBetween(
  reader: StoreReader,
  { from, to }: { readonly from: number; readonly to: number },
  filter: Filter,
): Promise<readonly Learned[]> {
  const learned: Learned[] = [];
  let after: string | undefined;
  do {
    const page = await reader.learned({ from, to, limit: PAGE, after });
    const shown = new Map(page.findings.filter((one) => matches(one, filter)).map((one) => [one.id, one]));
    for (const change of page.entries) {
      const finding = shown.get(change.finding);
      if (finding !== undefined) learned.push({ finding, change });
    }
    after = page.next;
  } while (after !== undefined);
  return learned.sort((a, b) => a.change.recordedAt - b.change.recordedAt);
}
