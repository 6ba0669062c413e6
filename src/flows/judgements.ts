/** What we ourselves say of open findings: by triage, or by a waiver that is in force. */
import type { Filter } from '../domain/filter.ts';
import type { Finding, FindingId } from '../domain/finding.ts';
import { cvesAmong, normaliseName } from '../domain/names.ts';
import { type Triage, triageOf } from '../domain/triage.ts';
import type { Waiver } from '../domain/waiver.ts';
import type { StoreReader } from '../store/store.ts';
import { allFindings } from './gate.ts';
import { openFindingsOf } from './waivers.ts';

export interface Judged {
  readonly finding: Finding;
  /** Undefined: nobody judged it, but it is waived. */
  readonly triage: Triage | undefined;
  /** In force now, the one that lasts longest. */
  readonly waiver: Waiver | undefined;
}

/** Of what the filter selects, by the number of the finding. */
export async function judgedFindings(
  reader: StoreReader,
  waivers: readonly Waiver[],
  filter: Filter,
  now: number,
): Promise<readonly Judged[]> {
  const judged = new Map<FindingId, Judged>();
  const noted = new Map((await reader.triaged()).map(({ finding, notes }) => [finding, notes]));
  const inForce = waivers.filter(({ from = now, until }) => from <= now && now < until);
  const open: Filter = { op: 'all', of: [{ op: 'state', is: 'open' }, filter] };
  for (const waiver of [...inForce].sort((a, b) => a.until - b.until)) {
    for (const finding of await allFindings(reader, { op: 'all', of: [open, openFindingsOf(waiver)] }))
      judged.set(finding.id, { finding, triage: undefined, waiver });
  }
  const findings = noted.size === 0 ? [] : await allFindings(reader, open);
  for (const finding of findings) {
    const notes = noted.get(finding.id);
    if (notes === undefined) continue;
    const triage = triageOf(notes.filter(({ validAt }) => validAt <= now));
    if (triage.state !== undefined)
      judged.set(finding.id, {
        finding: asJudged(finding, triage),
        triage,
        waiver: judged.get(finding.id)?.waiver,
      });
  }
  return [...judged.values()].sort((a, b) => a.finding.id - b.finding.id);
}

/** By the CVEs that it had when it was judged: of others nobody said anything. */
function asJudged(finding: Finding, { cves }: Triage): Finding {
  const { vulnerability, aliases } = finding;
  if (cves === undefined || vulnerability === undefined) return finding;
  const names = [vulnerability, ...aliases];
  const unsaid = new Set(cvesAmong(names).filter((cve) => !cves.includes(cve)));
  const [first, ...others] = names.filter((name) => !unsaid.has(normaliseName(name)));
  return unsaid.size === 0 || first === undefined
    ? finding
    : { ...finding, vulnerability: first, aliases: others };
}
