/** Counts of a run in progress; what survives a crash between pages is kept with the run. */
import type { KeyedStatement } from '../../domain/keyed.ts';
import type { Changes } from '../../domain/run.ts';
import { type BySeverity, noSeverities } from '../../domain/severity.ts';
import type { AssetRef } from '../../domain/statement.ts';

export interface Tally {
  observations: number;
  readonly bySeverity: BySeverity;
  readonly changes: Changes;
  readonly findings: number;
  readonly vulnerabilities: number;
  /** Assets mentioned so far, in this process. */
  readonly assets: Map<string, AssetRef>;
}

export const NO_CHANGES: Changes = { created: 0, updated: 0, unchanged: 0, reopened: 0, closed: 0 };

export function emptyTally(): Tally {
  return {
    observations: 0,
    bySeverity: noSeverities(),
    changes: NO_CHANGES,
    findings: 0,
    vulnerabilities: 0,
    assets: new Map(),
  };
}

export function readTally(stored: string | null): Tally {
  return stored === null
    ? emptyTally()
    : { ...(JSON.parse(stored) as Omit<Tally, 'assets'>), assets: new Map() };
}

export function tallyStatements(tally: Tally, statements: readonly KeyedStatement[]): void {
  for (const statement of statements) {
    if (statement.part !== 'main') continue;
    tally.observations += 1;
    tally.bySeverity[statement.severity] += 1;
    tally.assets.set(`${statement.asset.kind} ${statement.asset.name}`, statement.asset);
  }
}

/** The counts so far: those of pages an earlier process committed, and those of this one. */
export function withChanges(
  tally: Tally,
  more: { readonly changes: Changes; readonly findings: number; readonly vulnerabilities: number },
): Omit<Tally, 'assets'> {
  const { changes } = tally;
  return {
    observations: tally.observations,
    bySeverity: tally.bySeverity,
    findings: tally.findings + more.findings,
    vulnerabilities: Math.max(tally.vulnerabilities, more.vulnerabilities),
    changes: {
      created: changes.created + more.changes.created,
      updated: changes.updated + more.changes.updated,
      unchanged: changes.unchanged + more.changes.unchanged,
      reopened: changes.reopened + more.changes.reopened,
      closed: changes.closed + more.changes.closed,
    },
  };
}
