/** Our own judgement of findings: who says what of which, and what of it a verdict may honour. */
import { GatehouseError } from '../domain/errors.ts';
import { ANY_FINDING, type Filter, matches, OPEN } from '../domain/filter.ts';
import type { Finding, FindingId } from '../domain/finding.ts';
import { cvesAmong, normaliseName } from '../domain/names.ts';
import { type Triage, type TriagedFinding, TriageNote, triageOf, vexOf } from '../domain/triage.ts';
import type { VexStatement } from '../domain/vex.ts';
import type { Store, StoreReader } from '../store/store.ts';

/** What triage says does not affect us, each in the name of who said so; the policy tells whose word it honours. */
export async function vexFromTriage(reader: StoreReader, now: number): Promise<readonly VexStatement[]> {
  const triaged = await reader.triaged();
  return triaged.flatMap(
    ({ finding, notes }) => vexOf(finding, triageOf(notes.filter(({ validAt }) => validAt <= now))) ?? [],
  );
}

const PAGE = 1000;

/**
 * Findings by their numbers, or open ones (with `states` `any`: all) by a name of their vulnerability or rule; of
 * these, those that the filter selects. Without words, all that it selects. A finding that was merged since is the one it went into.
 * Throws GatehouseError `not-found` for a word that names nothing.
 */
export async function findingsNamed(
  reader: StoreReader,
  words: readonly string[],
  filter: Filter = ANY_FINDING,
  states: 'open' | 'any' = 'open',
): Promise<readonly Finding[]> {
  const inState = states === 'open' ? OPEN : ANY_FINDING;
  const found = new Map<FindingId, Finding>();
  const add = (findings: readonly Finding[]): void => {
    for (const finding of findings) found.set(finding.id, finding);
  };
  if (words.length === 0) add(await allOf(reader, { op: 'all', of: [inState, filter] }));
  for (const word of words) {
    const named = isNumber(word)
      ? (await numbered(reader, word)).filter((finding) => matches(finding, filter))
      : await ofDefect(reader, word, { op: 'all', of: [inState, filter] });
    if (named.length === 0) {
      throw new GatehouseError(
        'not-found',
        `there is no finding ${word}: give its number, or a name of its vulnerability or rule`,
      );
    }
    add(named);
  }
  return [...found.values()];
}

function isNumber(word: string): boolean {
  return /^\d+$/.test(word);
}

async function numbered(reader: StoreReader, word: string): Promise<readonly Finding[]> {
  const asked = Number(word);
  if (!Number.isSafeInteger(asked)) return [];
  const id = await reader.resolveId(asked as FindingId);
  const finding = id === undefined ? undefined : await reader.finding(id);
  return finding === undefined ? [] : [finding];
}

async function ofDefect(reader: StoreReader, word: string, filter: Filter): Promise<readonly Finding[]> {
  return await allOf(reader, {
    op: 'all',
    of: [{ op: 'defect', in: [normaliseName(word)] }, filter],
  });
}

async function allOf(reader: StoreReader, filter: Filter): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (let after: string | undefined; ; ) {
    const page = await reader.findings({ filter, order: 'id', limit: PAGE, after });
    findings.push(...page.findings);
    after = page.next;
    if (after === undefined) return findings;
  }
}

/** Notes the same on each. Throws GatehouseError `input-invalid` before anything is noted. */
export async function noteOn(
  { writer }: Store,
  findings: readonly Finding[],
  note: TriageNote,
  recordedAt: number,
): Promise<void> {
  const read = TriageNote.safeParse(note);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new GatehouseError('input-invalid', `triage: ${problems.join('; ')}`);
  }
  for (const { id, vulnerability = '', aliases } of findings) {
    const cves = note.state === undefined ? [] : cvesAmong([vulnerability, ...aliases]);
    await writer.addTriage(id, cves.length === 0 ? note : { ...note, cves }, recordedAt);
  }
}

export interface TriageView {
  readonly finding: Finding;
  readonly triage: Triage;
  readonly notes: TriagedFinding['notes'];
}

export async function viewTriage(
  reader: StoreReader,
  findings: readonly Finding[],
): Promise<readonly TriageView[]> {
  const triaged = await reader.triaged(findings.map(({ id }) => id));
  const notesOf = new Map(triaged.map(({ finding, notes }) => [finding, notes]));
  return findings.map((finding) => {
    const notes = notesOf.get(finding.id) ?? [];
    return { finding, triage: triageOf(notes), notes };
  });
}

/** Every finding that somebody noted something on, open or not. */
export async function viewTriaged(reader: StoreReader): Promise<readonly TriageView[]> {
  const views: TriageView[] = [];
  for (const { finding: id, notes } of await reader.triaged()) {
    const finding = await reader.finding(id);
    if (finding !== undefined) views.push({ finding, triage: triageOf(notes), notes });
  }
  return views;
}
