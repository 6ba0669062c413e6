/** One run being published: what is known of it, and what its statements left to do. */
import type { Rejected } from '../../domain/statement.ts';
import { IdSet } from './id-set.ts';

export interface RunFacts {
  readonly id: number;
  readonly streamId: number;
  readonly streamTie: string;
  readonly holdMs: number;
  readonly observedAt: number;
  readonly recordedAt: number;
  /** The newest `observedAt` among the other runs that speak of the same; undefined: there is none. */
  readonly newestOther: number | undefined;
}

export interface Publication {
  /** Observations that pages of the same run mentioned before. */
  readonly earlier: IdSet;
  /** Revision ids mentioned, in order. */
  readonly members: number[];
  readonly observations: IdSet;
  readonly assets: Set<number>;
  /** Observations whose life cannot simply be continued. */
  readonly stale: Set<number>;
  /** Observations of which only details were told anew. */
  readonly detailed: Set<number>;
  readonly rejected: Rejected[];
}

export function emptyPublication(earlier: IdSet): Publication {
  return {
    earlier,
    members: [],
    observations: new IdSet(),
    assets: new Set(),
    stale: new Set(),
    detailed: new Set(),
    rejected: [],
  };
}

/** True when a newer run speaks of the same: what this one says lies in the past. */
export function isLate({ newestOther, observedAt }: RunFacts): boolean {
  return newestOther !== undefined && observedAt < newestOther;
}
