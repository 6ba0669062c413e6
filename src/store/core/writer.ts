import { GatehouseError } from '../../domain/errors.ts';
import type { FindingId } from '../../domain/finding.ts';
import type { KeyedAdvisory } from '../../domain/keyed.ts';
import type { RunSummary } from '../../domain/run.ts';
import type { AssetRef, StreamRef } from '../../domain/statement.ts';
import { TriageNote } from '../../domain/triage.ts';
import type { Db } from '../db.ts';
import { PARTS } from '../schema.ts';
import type { AssetFacts, RunEnd, RunStart, RunWriter, StoreWriter } from '../store.ts';
import { recordAdvisories as recordRound } from './aliases.ts';
import { ChangeLog, type EarlierChange } from './changes.ts';
import { countOnce } from './count-once.ts';
import { saveDecisionTable } from './decision-tables.ts';
import { nextGeneration } from './generation.ts';
import { Identity } from './identity.ts';
import { recordIntelligence } from './intelligence.ts';
import { holdCalls, takeCalls } from './rate.ts';
import { createRunWriter, type OwnRunWriter } from './run-writer.ts';
import { ensureStream, findingsOfRun, findStream, observationsOfRun } from './streams.ts';
import { emptyTally, readTally } from './tally.ts';
import { saveBaseline, saveVerdict } from './verdicts.ts';
import { recordVex } from './vex.ts';
import { recordWaiver } from './waivers.ts';

/** The one writer, over either database. */
export function createWriter(db: Db): StoreWriter {
  return {
    beginRun: (start) => beginRun(db, start),
    resumeRun: (stream) => resumeRun(db, stream),
    recordAdvisories: (source, advisories, recordedAt) =>
      recordAdvisories(db, source, advisories, recordedAt),
    recordIntelligence: (facts, recordedAt) => recordIntelligence(db, facts, recordedAt),
    addTriage: (finding, note, recordedAt) => addTriage(db, finding, note, recordedAt),
    recordWaiver: (event, recordedAt) => recordWaiver(db, event, recordedAt),
    recordVex: (document, recordedAt) => recordVex(db, document, recordedAt),
    saveDecisionTable: (name, table, recordedAt) => saveDecisionTable(db, name, table, recordedAt),
    setAsset: (asset, facts, validAt, recordedAt) => setAsset(db, asset, facts, validAt, recordedAt),
    saveCursor: (source, cursor) => saveCursor(db, source, cursor),
    takeCalls: (key, calls, spacingMs, now) => takeCalls(db, key, calls, spacingMs, now),
    holdCalls: (key, holdMs, now) => holdCalls(db, key, holdMs, now),
    saveVerdict: (verdict) => saveVerdict(db, verdict),
    saveBaseline: (baseline) => saveBaseline(db, baseline),
    finishTogether: (ends) => finishTogether(db, ends),
  };
}

async function beginRun(db: Db, start: RunStart): Promise<RunWriter> {
  return await db.transaction(async () => {
    const id = await db.allocate('run', 1);
    const isPaged = start.visibility === 'paged';
    const log = new ChangeLog(() => start.observedAt);
    const streamId = isPaged
      ? await ensureStream(db, start.stream, start.holdMs, log)
      : (await findStream(db, start.stream))?.id;
    if (isPaged) {
      const ended = JSON.stringify(['interrupted, and a new run was begun instead of continuing it']);
      await db.run(`UPDATE run SET state = 'failed', reasons = ? WHERE stream_id = ? AND state = 'running'`, [
        ended,
        streamId ?? 0,
      ]);
      const { observedAt, recordedAt } = start;
      await db.insert('run', [
        [id, streamId ?? 0, 'running', observedAt, recordedAt, 0, 0, null, null, 0, 0, '[]', null, null],
      ]);
    }
    return createRunWriter(db, {
      id,
      streamId,
      start,
      pages: 0,
      tally: emptyTally(),
      rejected: 0,
      cursor: undefined,
    });
  });
}

async function resumeRun(db: Db, stream: StreamRef): Promise<RunWriter | undefined> {
  const known = await findStream(db, stream);
  if (known === undefined) return undefined;
  interface Row {
    readonly id: number;
    readonly observed_at: number;
    readonly rejected: number;
    readonly recorded_at: number;
    readonly tally: string | null;
    readonly cursor: string | null;
    readonly pages: number;
  }
  const [run] = await db.all<Row>(
    `SELECT id, observed_at, recorded_at, rejected, tally, cursor, (SELECT count(*) FROM run_member m WHERE m.run_id = run.id) AS pages
     FROM run WHERE stream_id = ? AND state = 'running' ORDER BY id DESC LIMIT 1`,
    [known.id],
  );
  if (run === undefined) return undefined;
  const start: RunStart = {
    stream,
    holdMs: known.hold_ms,
    observedAt: run.observed_at,
    recordedAt: run.recorded_at,
    visibility: 'paged',
  };
  const { id, pages, rejected } = run;
  const mentioned = await findingsOfRun(db, id);
  const changes = await db.all<EarlierChange>(
    `SELECT c.finding_id AS id, c.kind, f.open FROM change c JOIN finding f ON f.id = c.finding_id
     WHERE c.run_id = ? AND c.kind IN ('updated', 'closed', 'reopened') ORDER BY c.id`,
    [id],
  );
  return createRunWriter(db, {
    id,
    streamId: known.id,
    start,
    pages,
    tally: readTally(run.tally),
    rejected,
    cursor: run.cursor ?? undefined,
    mentioned: await observationsOfRun(db, id, [PARTS.main]),
    restore: (log) => log.restore(mentioned, changes),
  });
}

async function finishTogether(db: Db, ends: readonly RunEnd[]): Promise<readonly RunSummary[]> {
  const own = ends.map(({ run, coverage }) => ({ run: run as OwnRunWriter, coverage }));
  const summaries = await db.transaction(async () => {
    const done: RunSummary[] = [];
    for (const { run, coverage } of own) done.push(await run.finishInside(coverage));
    return own.length < 2 ? done : await countedOnce(db, own, done);
  });
  for (const { run } of own) await run.release();
  return summaries;
}

async function countedOnce(
  db: Db,
  own: readonly { readonly run: OwnRunWriter }[],
  summaries: readonly RunSummary[],
): Promise<readonly RunSummary[]> {
  if (own.some(({ run }) => run.log.haveFindingsMoved)) {
    for (const { run } of own) run.log.remention((await findingsOfRun(db, run.id)).map(({ id }) => id));
  }
  const counted = await countOnce(
    db,
    own.map(({ run }) => run.log.outcomes()),
  );
  return summaries.map((summary, part) => ({ ...summary, ...counted[part] }));
}

/** How many advisories one transaction takes: other writers wait for no more than that. */
const ADVISORIES = 500;

async function recordAdvisories(
  db: Db,
  source: string,
  advisories: readonly KeyedAdvisory[],
  recordedAt: number,
): Promise<void> {
  for (let start = 0; start < advisories.length; start += ADVISORIES) {
    const some = advisories.slice(start, start + ADVISORIES);
    await db.transaction(async () => {
      const identity = new Identity(db);
      for (const round of oneOfEach(some)) await recordRound(db, identity, source, round, recordedAt);
      await nextGeneration(db);
    });
  }
}

/** In their order, in rounds none of which has two of one id. */
function oneOfEach(advisories: readonly KeyedAdvisory[]): readonly (readonly KeyedAdvisory[])[] {
  const rounds: KeyedAdvisory[][] = [];
  const met = new Map<string, number>();
  for (const advisory of advisories) {
    const [name] = advisory.names;
    const round = met.get(name) ?? 0;
    met.set(name, round + 1);
    const own = rounds[round];
    if (own === undefined) rounds.push([advisory]);
    else own.push(advisory);
  }
  return rounds;
}

async function addTriage(db: Db, finding: FindingId, note: TriageNote, recordedAt: number): Promise<void> {
  const checked = TriageNote.safeParse(note);
  if (!checked.success) {
    const problems = checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new GatehouseError('input-invalid', `triage of finding ${finding}: ${problems.join('; ')}`);
  }
  await db.transaction(async () => {
    const [known] = await db.find('finding', ['id'], ['id'], [[finding]]);
    if (known === undefined) throw new GatehouseError('not-found', `there is no finding ${finding}`);
    const id = await db.allocate('triage_note', 1);
    await db.insert('triage_note', [[id, finding, note.validAt, recordedAt, JSON.stringify(checked.data)]]);
    const change = await db.allocate('change', 1);
    const detail = note.state ?? 'note';
    await db.insert('change', [[change, 'triaged', finding, note.validAt, recordedAt, null, detail]]);
  });
}

async function setAsset(
  db: Db,
  asset: AssetRef,
  facts: AssetFacts,
  validAt: number,
  recordedAt: number,
): Promise<void> {
  await db.transaction(async () => {
    const [id = 0] = await new Identity(db).assets([asset]);
    await db.run('DELETE FROM asset_fact WHERE asset_id = ? AND valid_at = ? AND recorded_at = ?', [
      id,
      validAt,
      recordedAt,
    ]);
    await db.insert('asset_fact', [[id, validAt, recordedAt, JSON.stringify(facts)]]);
    const rows = await db.all<{ facts: string }>(
      'SELECT facts FROM asset_fact WHERE asset_id = ? ORDER BY valid_at, recorded_at',
      [id],
    );
    const held: AssetFacts = Object.assign({}, ...rows.map((row) => JSON.parse(row.facts) as AssetFacts));
    const { criticality = 'normal', owner = null, state = 'active' } = held;
    await db.update('asset', 'id', ['state', 'owner', 'criticality'], [[id, state, owner, criticality]]);
  });
}

async function saveCursor(db: Db, source: string, cursor: string | undefined): Promise<void> {
  await db.transaction(async () => {
    await db.run('DELETE FROM source_cursor WHERE source = ?', [source]);
    if (cursor !== undefined) await db.insert('source_cursor', [[source, cursor]]);
  });
}
