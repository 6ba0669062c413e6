/** Counts of a run in progress; what survives a crash between pages is kept with the run. */
import type { KeyedStatement } from '../../domain/keyed.ts';
import { type BySeverity, noSeverities } from '../../domain/severity.ts';
import type { AssetRef } from '../../domain/statement.ts';

export interface Tally {
  observations: number;
  readonly bySeverity: BySeverity;
  /** Assets mentioned so far, in this process. */
  readonly assets: Map<string, AssetRef>;
}

export function emptyTally(): Tally {
  return { observations: 0, bySeverity: noSeverities(), assets: new Map() };
}

export function readTally(stored: string | null): Tally {
  return stored === null
    ? emptyTally()
    : { ...(JSON.parse(stored) as Omit<Tally, 'assets'>), assets: new Map() };
}

export function writeTally({ observations, bySeverity }: Tally): string {
  return JSON.stringify({ observations, bySeverity });
}

export function tallyStatements(tally: Tally, statements: readonly KeyedStatement[]): void {
  for (const statement of statements) {
    if (statement.part !== 'main') continue;
    tally.observations += 1;
    tally.bySeverity[statement.severity] += 1;
    tally.assets.set(`${statement.asset.kind} ${statement.asset.name}`, statement.asset);
  }
}
