/** Coverage as rows, and the one question asked of it: does this run's silence speak for that observation? */
import type { FindingClass, Label } from '../../domain/statement.ts';
import type { Db } from '../db.ts';
import { classOfCode } from './rows.ts';

export interface CoverageRow {
  readonly id: number;
  readonly state: string;
  readonly closes: number;
  readonly all_assets: number;
  readonly classes: string | null;
  readonly labels: string | null;
}

export interface StoredCoverage {
  readonly assets: 'all' | ReadonlySet<number>;
  readonly classes: 'all' | readonly FindingClass[];
  readonly labels: 'all' | readonly Label[];
  /** Keys of records that could not be read: they may be anything, so they close nothing. */
  readonly unreadable: ReadonlySet<string>;
}

export async function readCoverage(db: Db, run: CoverageRow): Promise<StoredCoverage> {
  const assets = await db.all<{ asset_id: number }>(
    'SELECT asset_id FROM run_asset WHERE run_id = ? AND covered = 1',
    [run.id],
  );
  const rejected = await db.all<{ key: string }>(
    'SELECT key FROM rejected WHERE run_id = ? AND key IS NOT NULL',
    [run.id],
  );
  return {
    assets: run.all_assets === 1 ? 'all' : new Set(assets.map(({ asset_id }) => asset_id)),
    classes: run.classes === null ? 'all' : (JSON.parse(run.classes) as FindingClass[]),
    labels: run.labels === null ? 'all' : (JSON.parse(run.labels) as Label[]),
    unreadable: new Set(rejected.map(({ key }) => key)),
  };
}

export interface Covered {
  readonly asset: number;
  readonly classCode: number;
  readonly key: string;
  readonly labels: readonly Label[];
}

export function coversObservation(coverage: StoredCoverage, observation: Covered): boolean {
  if (coverage.unreadable.has(observation.key)) return false;
  if (coverage.assets !== 'all' && !coverage.assets.has(observation.asset)) return false;
  if (coverage.classes !== 'all' && !coverage.classes.includes(classOfCode(observation.classCode)))
    return false;
  return coverage.labels === 'all' || labelsInside(observation.labels, coverage.labels);
}

/** For every kind that was pushed down: the observation carries labels of it, and all of them were asked for. */
function labelsInside(own: readonly Label[], asked: readonly Label[]): boolean {
  const kinds = new Set(asked.map(({ kind }) => kind));
  return [...kinds].every((kind) => {
    const wanted = asked.filter((label) => label.kind === kind);
    const carried = own.filter((label) => label.kind === kind);
    return carried.length > 0 && carried.every((label) => wanted.some((one) => isSameLabel(one, label)));
  });
}

/** A vendor may be asked by name for what it answers with an id. */
function isSameLabel(asked: Label, own: Label): boolean {
  return (
    asked.id === own.id || asked.id === own.name || (asked.name !== undefined && asked.name === own.name)
  );
}
