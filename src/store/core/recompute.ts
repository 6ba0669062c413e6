/**
 * The exact way: works observations out from every run of their stream, as if nothing had been known. Used when what
 * arrives lies in the past (a late scan, a source that corrects history); `publish.ts` is the same law taken in order.
 */

import type { Label } from '../../domain/statement.ts';
import { type Fact, factsOf, foldFacts, untold } from '../../domain/timeline.ts';
import type { Db, Value } from '../db.ts';
import { PARTS } from '../schema.ts';
import type { ChangeLog } from './changes.ts';
import { type CoverageRow, coversObservation, readCoverage } from './coverage.ts';
import { recomputeFindings, removeFindings, spanColumns } from './findings.ts';
import type { Identity } from './identity.ts';
import { nameKey } from './identity.ts';
import { replaceLabels } from './labels.ts';
import { decodeMembers } from './members.ts';
import {
  DETAIL_COLUMNS,
  type DetailBody,
  detailColumnsFrom,
  MAIN_COLUMNS,
  type MainBody,
  mainColumnsFrom,
  parseAbout,
  parseDetail,
  parseMain,
} from './rows.ts';

interface RevisionRow {
  readonly id: number;
  readonly observation_id: number;
  readonly part: number;
  readonly digest: string;
  readonly about_id: number;
  readonly body: string;
}

type Revision =
  | { readonly row: RevisionRow; readonly part: 'main'; readonly body: MainBody }
  | { readonly row: RevisionRow; readonly part: 'detail'; readonly body: DetailBody };

interface ObservationRow {
  readonly id: number;
  readonly key: string;
  readonly asset_id: number;
  readonly class: number;
  readonly main_revision: number;
  readonly detail_revision: number | null;
}

interface ClaimRow {
  readonly id: number;
  readonly observation_id: number;
  readonly name_id: number;
  readonly finding_id: number;
}

/** One observation while the runs are walked. */
interface Walk {
  readonly row: ObservationRow;
  main: Revision | undefined;
  detail: Revision | undefined;
  readonly claims: Map<string, Fact[]>;
  /** Every change of content: when, and to what. */
  readonly said: { readonly at: number; readonly part: number; readonly revision: number }[];
}

export async function recomputeObservations(
  db: Db,
  identity: Identity,
  streamId: number,
  ids: readonly number[],
  log: ChangeLog,
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await db.select<ObservationRow>(
    'observation',
    'id',
    ['id', 'key', 'asset_id', 'class', 'main_revision', 'detail_revision'],
    ids,
  );
  const revisions = await loadRevisions(db, ids);
  const walks = new Map(rows.map((row) => [row.id, startWalk(row)]));
  for (const run of await runsOf(db, streamId)) await walkRun(db, run, walks, revisions);
  await write(db, identity, [...walks.values()], log);
}

/** Observations of a stream on these assets: what a late closing run may have been silent about. */
export async function observationsOn(
  db: Db,
  streamId: number,
  assets: readonly number[] | 'all',
): Promise<number[]> {
  const rows =
    assets === 'all'
      ? await db.all<{ id: number }>('SELECT id FROM observation WHERE stream_id = ?', [streamId])
      : await db.all<{ id: number }>(
          `SELECT id FROM observation WHERE stream_id = ? AND asset_id IN ${db.list('int')}`,
          [streamId, db.listValue(assets)],
        );
  return rows.map(({ id }) => id);
}

function startWalk(row: ObservationRow): Walk {
  return { row, main: undefined, detail: undefined, claims: new Map(), said: [] };
}

async function loadRevisions(db: Db, observations: readonly number[]): Promise<Map<number, Revision>> {
  const rows = await db.select<RevisionRow>(
    'revision',
    'observation_id',
    ['id', 'observation_id', 'part', 'digest', 'about_id', 'body'],
    observations,
  );
  return new Map(
    rows.map((row): [number, Revision] => [
      row.id,
      row.part === PARTS.main
        ? { row, part: 'main', body: parseMain(row.body) }
        : { row, part: 'detail', body: parseDetail(row.body) },
    ]),
  );
}

interface RunRow extends CoverageRow {
  readonly id: number;
  readonly observed_at: number;
}

async function runsOf(db: Db, streamId: number): Promise<readonly RunRow[]> {
  return await db.all<RunRow>(
    `SELECT id, observed_at, state, closes, all_assets, classes, labels FROM run
     WHERE stream_id = ? ORDER BY observed_at, id`,
    [streamId],
  );
}

async function walkRun(
  db: Db,
  run: RunRow,
  walks: ReadonlyMap<number, Walk>,
  revisions: ReadonlyMap<number, Revision>,
): Promise<void> {
  const mentioned = new Map<Walk, Revision>();
  const detailed = new Map<Walk, Revision>();
  const pages = await db.all<{ members: Uint8Array }>(
    'SELECT members FROM run_member WHERE run_id = ? ORDER BY page',
    [run.id],
  );
  for (const { members } of pages) {
    for (const id of decodeMembers(members)) {
      const revision = revisions.get(id);
      const walk = revision === undefined ? undefined : walks.get(revision.row.observation_id);
      if (revision === undefined || walk === undefined) continue;
      if (revision.part === 'main') mentioned.set(walk, revision);
      else detailed.set(walk, revision);
    }
  }
  if (run.state === 'complete' && run.closes === 1) await closeUnmentioned(db, run, walks, mentioned);
  for (const [walk, revision] of mentioned) mention(walk, revision, run.observed_at);
  for (const [walk, revision] of detailed) say(walk, revision, run.observed_at);
}

async function closeUnmentioned(
  db: Db,
  run: RunRow,
  walks: ReadonlyMap<number, Walk>,
  mentioned: ReadonlyMap<Walk, Revision>,
): Promise<void> {
  const coverage = await readCoverage(db, run);
  for (const walk of walks.values()) {
    if (walk.main === undefined || mentioned.has(walk)) continue;
    const { asset_id: asset, class: code, key } = walk.row;
    if (!coversObservation(coverage, { asset, classCode: code, key, labels: labelsOf(walk) })) continue;
    for (const facts of walk.claims.values()) facts.push({ at: run.observed_at, closed: 'absent' });
  }
}

function labelsOf(walk: Walk): readonly Label[] {
  return [...(walk.main?.body.labels ?? []), ...(walk.detail?.body.labels ?? [])];
}

function say(walk: Walk, revision: Revision, at: number): void {
  const before = revision.part === 'main' ? walk.main : walk.detail;
  if (revision.part === 'main') walk.main = revision;
  else walk.detail = revision;
  if (before?.row.id !== revision.row.id) {
    walk.said.push({ at, part: PARTS[revision.part], revision: revision.row.id });
  }
}

function mention(walk: Walk, revision: Revision, at: number): void {
  say(walk, revision, at);
  if (revision.part !== 'main') return;
  const named = new Set(revision.body.defects.map(({ kind, names }) => nameKey(kind, names[0])));
  for (const [name, facts] of walk.claims)
    if (!named.has(name)) facts.push({ at, closed: 'no-longer-named' });
  for (const name of named) {
    const facts = walk.claims.get(name) ?? [];
    facts.push(...untold(factsOf(revision.body.life, at, facts.length === 0), at, facts));
    walk.claims.set(name, facts);
  }
}

async function write(db: Db, identity: Identity, walks: readonly Walk[], log: ChangeLog): Promise<void> {
  const ids = walks.map(({ row }) => row.id);
  const claims = await db.select<ClaimRow>(
    'claim',
    'observation_id',
    ['id', 'observation_id', 'name_id', 'finding_id'],
    ids,
  );
  const unmade = await writeClaims(db, identity, walks, claims);
  const findings = [...new Set(claims.map(({ finding_id }) => finding_id))];
  await dropClaims(db, unmade, findings, log);
  noteChanges(walks, claims, log);
  await writeContent(db, identity, walks);
  await writeHistory(db, walks);
  await recomputeFindings(db, findings, log);
}

function noteChanges(walks: readonly Walk[], claims: readonly ClaimRow[], log: ChangeLog): void {
  const changed = new Set(
    walks
      .filter(({ row, main, detail }) => {
        const isOther = main !== undefined && main.row.id !== row.main_revision;
        return isOther || (detail !== undefined && detail.row.id !== row.detail_revision);
      })
      .map(({ row }) => row.id),
  );
  for (const claim of claims) if (changed.has(claim.observation_id)) log.contentChanged(claim.finding_id);
}

/** Claims of what a run said and then replaced: no run makes them any more, nor the findings that only they made. */
async function dropClaims(
  db: Db,
  claims: readonly number[],
  findings: readonly number[],
  log: ChangeLog,
): Promise<void> {
  if (claims.length === 0) return;
  await db.remove('claim', 'id', claims);
  const claimed = await db.select<{ finding_id: number }>('claim', 'finding_id', ['finding_id'], findings);
  const left = new Set(claimed.map(({ finding_id }) => finding_id));
  const empty = findings.filter((id) => !left.has(id));
  for (const id of empty) log.removed(id);
  await removeFindings(db, empty);
}

async function writeClaims(
  db: Db,
  identity: Identity,
  walks: readonly Walk[],
  claims: readonly ClaimRow[],
): Promise<readonly number[]> {
  const unmade: number[] = [];
  const own = Map.groupBy(claims, (claim) => claim.observation_id);
  const named = await identity.names(walks.flatMap((walk) => defectsOf(walk)));
  const updates: Value[][] = [];
  const liveness: Value[][] = [];
  for (const walk of walks) {
    let isLive = false;
    const facts = new Map([...walk.claims].map(([key, list]) => [named.get(key)?.id, list]));
    for (const claim of own.get(walk.row.id) ?? []) {
      const spans = foldFacts(facts.get(claim.name_id) ?? []);
      if (spans.length === 0) {
        unmade.push(claim.id);
        continue;
      }
      const { live, opened_at, closed_at, reason, past } = spanColumns(spans);
      if (live === 1) isLive = true;
      updates.push([claim.id, live, opened_at, closed_at, reason, past]);
    }
    liveness.push([walk.row.id, Number(isLive)]);
  }
  await db.update('claim', 'id', ['live', 'opened_at', 'closed_at', 'reason', 'past'], updates);
  await db.update('observation', 'id', ['live'], liveness);
  return unmade;
}

/** Every defect the walked claims are keyed by. */
function defectsOf(
  walk: Walk,
): readonly { kind: 'vulnerability' | 'rule'; names: readonly [string, ...string[]] }[] {
  return [...walk.claims.keys()].map((key) => {
    const [kind = '', name = ''] = key.split('\u0000');
    return { kind: kind === 'rule' ? 'rule' : 'vulnerability', names: [name] };
  });
}

async function writeContent(db: Db, identity: Identity, walks: readonly Walk[]): Promise<void> {
  const abouts = await loadAbouts(db, walks);
  const mains: Value[][] = [];
  const details: Value[][] = [];
  for (const { row, main, detail } of walks) {
    if (main?.part === 'main') {
      const columns = mainColumnsFrom(main.body, parseAbout(abouts.get(main.row.about_id) ?? '{}'));
      mains.push([row.id, main.row.id, main.row.digest, ...MAIN_COLUMNS.map((column) => columns[column])]);
    }
    if (detail?.part === 'detail') {
      const columns = detailColumnsFrom(detail.body, parseAbout(abouts.get(detail.row.about_id) ?? '{}'));
      details.push([
        row.id,
        detail.row.id,
        detail.row.digest,
        ...DETAIL_COLUMNS.map((column) => columns[column]),
      ]);
    }
  }
  await db.update('observation', 'id', ['main_revision', 'main_digest', ...MAIN_COLUMNS], mains);
  await db.update('observation', 'id', ['detail_revision', 'detail_digest', ...DETAIL_COLUMNS], details);
  for (const part of ['main', 'detail'] as const) {
    const labelled = walks.flatMap((walk) => {
      const revision = walk[part];
      return revision === undefined ? [] : [{ observation: walk.row.id, labels: revision.body.labels }];
    });
    await replaceLabels(db, identity, PARTS[part], labelled, { fresh: false });
  }
}

async function loadAbouts(db: Db, walks: readonly Walk[]): Promise<ReadonlyMap<number, string>> {
  const said = walks.flatMap(({ main, detail }) => [main, detail]);
  const ids = [...new Set(said.flatMap((revision) => revision?.row.about_id ?? []))];
  const rows = await db.select<{ id: number; content: string }>('about', 'id', ['id', 'content'], ids);
  return new Map(rows.map(({ id, content }) => [id, content]));
}

/** A revision is valid from when it was first said; what was said again later is a reversion. */
async function writeHistory(db: Db, walks: readonly Walk[]): Promise<void> {
  const firsts = new Map<number, number>();
  const reversions = new Map<string, Value[]>();
  for (const { row, said } of walks) {
    for (const { at, part, revision } of said) {
      if (firsts.has(revision)) reversions.set(`${row.id} ${part} ${at}`, [row.id, part, at, revision]);
      else firsts.set(revision, at);
    }
  }
  await db.update(
    'revision',
    'id',
    ['valid_at'],
    [...firsts].map(([revision, at]) => [revision, at]),
  );
  await db.remove(
    'reversion',
    'observation_id',
    walks.map(({ row }) => row.id),
  );
  await db.insert('reversion', [...reversions.values()]);
}
