/** Findings follow their names: merged where sets joined, split where they parted, with the lineage kept. */
import type { Db, Value } from '../db.ts';
import type { ChangeLog } from './changes.ts';
import { recomputeFindings, removeFindings } from './findings.ts';

interface Claim {
  readonly id: number;
  readonly name_id: number;
  readonly finding_id: number;
}

interface Finding {
  readonly id: number;
  readonly asset_id: number;
  readonly vulnerability_id: number;
  readonly subject_id: number;
  readonly class: number;
  readonly recorded_at: number;
  readonly run_id: number;
}

/**
 * `target` names the vulnerability of each name, `vulnerabilities` those that lost some of theirs. A finding all of whose
 * claims move together moves as it is, unless there is already one where it goes.
 */
export async function moveClaims(
  db: Db,
  target: ReadonlyMap<number, number>,
  vulnerabilities: readonly number[],
  log: ChangeLog,
): Promise<void> {
  const findings = await db.select<Finding>(
    'finding',
    'vulnerability_id',
    ['id', 'asset_id', 'vulnerability_id', 'subject_id', 'class', 'recorded_at', 'run_id'],
    vulnerabilities,
  );
  const claims = Map.groupBy(
    await db.select<Claim>(
      'claim',
      'finding_id',
      ['id', 'name_id', 'finding_id'],
      findings.map(({ id }) => id),
    ),
    (claim) => claim.finding_id,
  );
  const places = await placesOf(db, findings, (finding) =>
    (claims.get(finding.id) ?? []).flatMap((claim) => target.get(claim.name_id) ?? []),
  );
  const touched = new Set<number>();
  const received = new Set<number>();
  for (const finding of [...findings].sort((a, b) => a.id - b.id)) {
    const own = claims.get(finding.id) ?? [];
    const groups = Map.groupBy(own, (claim) => target.get(claim.name_id) ?? finding.vulnerability_id);
    const stays = groups.has(finding.vulnerability_id) || received.has(finding.id);
    let firstGoal: number | undefined;
    for (const [vulnerability, group] of groups) {
      if (vulnerability === finding.vulnerability_id) continue;
      const place = placeOf(finding, vulnerability);
      const there = places.get(place);
      if (there === undefined && !stays && groups.size === 1) {
        await db.update('finding', 'id', ['vulnerability_id'], [[finding.id, vulnerability]]);
        places.delete(placeOf(finding, finding.vulnerability_id));
        places.set(place, finding.id);
        // What it shows of advisories is said of the vulnerability that it had.
        touched.add(finding.id);
        continue;
      }
      const goal = there ?? (await splitOff(db, finding, vulnerability));
      if (there === undefined) log.split(goal, finding.id);
      places.set(place, goal);
      await db.update(
        'claim',
        'id',
        ['finding_id'],
        group.map((claim) => [claim.id, goal]),
      );
      touched.add(goal);
      received.add(goal);
      firstGoal ??= goal;
      if (stays) touched.add(finding.id);
    }
    if (stays || firstGoal === undefined) continue;
    await mergeAway(db, finding, firstGoal, log);
    await removeFinding(db, finding, places);
  }
  await recomputeFindings(db, [...touched], log);
}

/** Which finding is where, of these places: where each is, and where its claims go. */
async function placesOf(
  db: Db,
  findings: readonly Finding[],
  goalsOf: (finding: Finding) => readonly number[],
): Promise<Map<string, number>> {
  const places = new Map(findings.map((finding) => [placeOf(finding, finding.vulnerability_id), finding.id]));
  const asked = new Map<string, readonly [asset: number, vulnerability: number, subject: number]>();
  for (const finding of findings) {
    for (const goal of goalsOf(finding)) {
      const place = placeOf(finding, goal);
      if (!places.has(place)) asked.set(place, [finding.asset_id, goal, finding.subject_id]);
    }
  }
  const key = ['asset_id', 'vulnerability_id', 'subject_id'];
  const found = await db.find<{ id: number }>('finding', key, ['id'], [...asked.values()]);
  for (const [index, place] of [...asked.keys()].entries()) {
    const id = found[index]?.id;
    if (id !== undefined) places.set(place, id);
  }
  return places;
}

function placeOf(finding: Finding, vulnerability: number): string {
  return `${finding.asset_id} ${vulnerability} ${finding.subject_id}`;
}

/** A new finding for the claims that part; its columns follow when it is computed. What was judged holds for both. */
async function splitOff(db: Db, from: Finding, vulnerability: number): Promise<number> {
  const id = await db.allocate('finding', 1);
  const columns: Value[] = [id, from.asset_id, vulnerability, from.subject_id, from.class];
  const derived: Value[] = [0, 0, null, 0, 0, 0, null, 0, 0, null];
  await db.insert('finding', [[...columns, ...derived, from.recorded_at, from.run_id, null]]);
  await db.insert('lineage', [[id, 'split-from', from.id, from.recorded_at]]);
  const notes = await db.all<{ valid_at: number; recorded_at: number; note: string }>(
    'SELECT valid_at, recorded_at, note FROM triage_note WHERE finding_id = ? ORDER BY id',
    [from.id],
  );
  if (notes.length > 0) {
    const first = await db.allocate('triage_note', notes.length);
    await db.insert(
      'triage_note',
      notes.map((note, index) => [first + index, id, note.valid_at, note.recorded_at, note.note]),
    );
  }
  return id;
}

async function mergeAway(db: Db, from: Finding, into: number, log: ChangeLog): Promise<void> {
  const known = await db.all(
    'SELECT 1 AS one FROM lineage WHERE finding_id = ? AND kind = ? AND other_id = ?',
    [from.id, 'merged-into', into],
  );
  if (known.length === 0) await db.insert('lineage', [[from.id, 'merged-into', into, from.recorded_at]]);
  await db.run('UPDATE triage_note SET finding_id = ? WHERE finding_id = ?', [into, from.id]);
  log.merged(from.id, into);
}

async function removeFinding(db: Db, finding: Finding, places: Map<string, number>): Promise<void> {
  await removeFindings(db, [finding.id]);
  const place = placeOf(finding, finding.vulnerability_id);
  if (places.get(place) === finding.id) places.delete(place);
}
