/** What has been recorded so far, whole and in order of arrival: all that the reference model knows. */
import type { IntelligenceFact } from '../../src/domain/intelligence.ts';
import type { KeyedAdvisory, KeyedDetail, KeyedObservation, KeyedStatement } from '../../src/domain/keyed.ts';
import type { RunState } from '../../src/domain/run.ts';
import type { Coverage, Rejected, StreamRef } from '../../src/domain/statement.ts';

/** A run as far as it is visible. `coverage` only when it was finished. */
export interface RecordedRun {
  readonly stream: StreamRef;
  readonly holdMs: number;
  readonly observedAt: number;
  readonly state: RunState;
  readonly coverage?: Coverage | undefined;
  readonly statements: readonly KeyedStatement[];
  readonly rejected: readonly Rejected[];
}

/** All lists in order of arrival. */
export interface World {
  readonly runs: readonly RecordedRun[];
  readonly advisories: readonly KeyedAdvisory[];
  readonly intelligence: readonly IntelligenceFact[];
}

export const EMPTY_WORLD: World = { runs: [], advisories: [], intelligence: [] };

export function streamName({ source, category, channel }: StreamRef): string {
  return JSON.stringify([source, category, channel]);
}

export function streamsOf(world: World): readonly string[] {
  return [...new Set(world.runs.map((run) => streamName(run.stream)))];
}

/** By the source's clock; of two runs of one moment the one recorded later comes later, and so corrects. */
export function runsOfStream(world: World, stream: string): readonly RecordedRun[] {
  const runs = world.runs.filter((run) => streamName(run.stream) === stream);
  return runs.sort((a, b) => a.observedAt - b.observedAt);
}

/** One run says one thing of one key: what it says last. */
export function mainOf(run: RecordedRun, key: string): KeyedObservation | undefined {
  return mainsOf(run).find((main) => main.key === key);
}

export function mainsOf(run: RecordedRun): readonly KeyedObservation[] {
  const mains = run.statements.filter((statement) => statement.part === 'main');
  return mains.filter((main, n) => !mains.slice(n + 1).some((later) => later.key === main.key));
}

export function detailOf(run: RecordedRun, key: string): KeyedDetail | undefined {
  return run.statements
    .filter((statement) => statement.part === 'detail')
    .findLast((detail) => detail.key === key);
}
