import type { RunId } from './finding.ts';
import type { BySeverity } from './severity.ts';
import type { Coverage, FindingClass, Rejected, StreamRef } from './statement.ts';

/** `running` and `failed` runs speak for what they mentioned and close nothing, like partial ones. */
export type RunState = 'running' | 'complete' | 'partial' | 'failed';

/** One pass over one source, or one imported scan. */
export interface Run {
  readonly id: RunId;
  readonly stream: StreamRef;
  readonly state: RunState;
  readonly observedAt: number;
  readonly recordedAt: number;
  readonly closes: boolean;
  readonly classes: 'all' | readonly FindingClass[];
  readonly observations: number;
  readonly rejected: number;
  readonly reasons: readonly string[];
  /** Names of assets it may speak for; `'all'` for a whole source. */
  readonly assets: 'all' | readonly string[];
}

/** What a run did to the findings it touched. The first four add up to the findings it mentioned. */
export interface Changes {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly reopened: number;
  readonly closed: number;
}

export interface RunSummary {
  readonly run: RunId;
  readonly state: RunState;
  readonly observations: number;
  readonly findings: number;
  readonly vulnerabilities: number;
  /** By observation. */
  readonly bySeverity: BySeverity;
  readonly rejected: number;
  readonly rejects: readonly Rejected[];
  readonly reasons: readonly string[];
  readonly coverage: Coverage;
  readonly changes: Changes;
}
