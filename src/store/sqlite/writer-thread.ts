/** The one thread that writes. Started by `open.ts`. */
import { workerData } from 'node:worker_threads';
import type { DecisionTable } from '../../domain/decision-table.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { FindingId } from '../../domain/finding.ts';
import type { IntelligenceFact } from '../../domain/intelligence.ts';
import type { KeyedAdvisory, KeyedStatement } from '../../domain/keyed.ts';
import type { AssetRef, Coverage, Rejected, StreamRef } from '../../domain/statement.ts';
import type { TriageNote } from '../../domain/triage.ts';
import type { VexDocument } from '../../domain/vex-document.ts';
import { createWriter } from '../core/writer.ts';
import type { PackedStatements } from '../packed-statements.ts';
import type { AssetFacts, NewBaseline, NewVerdict, NewWaiverEvent, RunStart, RunWriter } from '../store.ts';
import { openSqliteDb } from './db.ts';
import { serve } from './rpc.ts';
import type { RunHandle } from './run-handle.ts';

const { path } = workerData as { readonly path: string };
const opening = openSqliteDb({ path, readOnly: false });
opening.catch(() => undefined); // whoever calls first is told why
const writing = opening.then(createWriter);
writing.catch(() => undefined); // as above

const runs = new Map<number, RunWriter>();

function handleOf(run: RunWriter): RunHandle {
  runs.set(run.id, run);
  const { id, observedAt, recordedAt, cursor } = run;
  return { id, observedAt, recordedAt, cursor };
}

function runOf(id: number): RunWriter {
  const run = runs.get(id);
  if (run === undefined) throw new GatehouseError('input-invalid', `run ${id} has ended; begin a new one`);
  return run;
}

serve(path, {
  ready: async () => {
    await writing;
  },
  beginRun: async (start: RunStart) => handleOf(await (await writing).beginRun(start)),
  resumeRun: async (stream: StreamRef) => {
    const run = await (await writing).resumeRun(stream);
    return run === undefined ? undefined : handleOf(run);
  },
  stage: async (
    id: number,
    statements: readonly KeyedStatement[] | PackedStatements,
    rejected: readonly Rejected[],
  ) => await runOf(id).stage(statements, rejected),
  commitPage: async (id: number, cursor: string) => await runOf(id).commitPage(cursor),
  finish: async (id: number, coverage: Coverage, cursor: string | undefined) => {
    const summary = await runOf(id).finish(coverage, cursor);
    runs.delete(id);
    return summary;
  },
  abandon: async (id: number, reason: string) => {
    await runOf(id).abandon(reason);
    runs.delete(id);
  },
  interrupt: async (id: number, reason: string) => {
    await runOf(id).interrupt(reason);
    runs.delete(id);
  },
  finishTogether: async (ends: readonly { readonly id: number; readonly coverage: Coverage }[]) => {
    const own = ends.map(({ id, coverage }) => ({ run: runOf(id), coverage }));
    const summaries = await (await writing).finishTogether(own);
    for (const { id } of ends) runs.delete(id);
    return summaries;
  },
  recordAdvisories: async (source: string, advisories: readonly KeyedAdvisory[], recordedAt: number) =>
    await (await writing).recordAdvisories(source, advisories, recordedAt),
  recordIntelligence: async (facts: readonly IntelligenceFact[], recordedAt: number) =>
    await (await writing).recordIntelligence(facts, recordedAt),
  addTriage: async (finding: FindingId, note: TriageNote, recordedAt: number) =>
    await (await writing).addTriage(finding, note, recordedAt),
  recordWaiver: async (event: NewWaiverEvent, recordedAt: number) =>
    await (await writing).recordWaiver(event, recordedAt),
  recordVex: async (document: VexDocument, recordedAt: number) =>
    await (await writing).recordVex(document, recordedAt),
  saveDecisionTable: async (name: string, table: DecisionTable, recordedAt: number) =>
    await (await writing).saveDecisionTable(name, table, recordedAt),
  setAsset: async (asset: AssetRef, facts: AssetFacts, validAt: number, recordedAt: number) =>
    await (await writing).setAsset(asset, facts, validAt, recordedAt),
  saveCursor: async (source: string, cursor: string | undefined) =>
    await (await writing).saveCursor(source, cursor),
  takeCalls: async (key: string, calls: number, spacingMs: number, now: number) =>
    await (await writing).takeCalls(key, calls, spacingMs, now),
  holdCalls: async (key: string, holdMs: number, now: number) =>
    await (await writing).holdCalls(key, holdMs, now),
  saveVerdict: async (verdict: NewVerdict) => await (await writing).saveVerdict(verdict),
  saveBaseline: async (baseline: NewBaseline) => await (await writing).saveBaseline(baseline),
  close: async () => {
    await (await opening).close();
  },
});
