import type { Finding } from './finding.ts';
import type { Severity } from './severity.ts';

/** Only GO opens the gate. An error is none of the three. */
export const VERDICTS = ['GO', 'NO-GO', 'UNDECIDED'] as const;
export type VerdictWord = (typeof VERDICTS)[number];

/** `undecided`: the rule could not be judged on the evidence there is. */
export type Effect = 'block' | 'warn' | 'undecided';

export interface Reason {
  /** Id of the rule, e.g. `severity`. */
  readonly rule: string;
  readonly effect: Effect;
  /** A sentence with counts. */
  readonly message: string;
  readonly findings: readonly Finding[];
}

export type EvidenceState = 'complete' | 'partial' | 'stale' | 'missing' | 'unreadable' | 'inventory';

/** One run (or one scan file, or one required source that has none) the verdict rests on. */
export interface Evidence {
  readonly source: string;
  readonly role: 'release' | 'baseline';
  readonly state: EvidenceState;
  readonly required: boolean;
  readonly observedAt?: number | undefined;
  readonly observations: number;
  readonly rejected: number;
  readonly reasons: readonly string[];
}

export type SetAsideKind = 'waiver' | 'vendor-mute' | 'vex' | 'suppression';

/** A finding that did not count, with who set it aside. `honoured` false: shown, and it counted all the same. */
export interface SetAsideEntry {
  readonly finding: Finding;
  readonly kind: SetAsideKind;
  readonly issuer: string;
  readonly reason: string;
  readonly until?: number | undefined;
  readonly honoured: boolean;
}

export interface Upgrade {
  readonly asset: string;
  readonly component: string;
  readonly from: readonly string[];
  /** The smallest version known to be free of every finding counted here; undefined where the source names none. */
  readonly to?: string | undefined;
  readonly findings: readonly Finding[];
}

/** What would turn this verdict to GO. */
export interface PathToGo {
  readonly upgrades: readonly Upgrade[];
  /** No fix is known: only a waiver (or removal) helps. */
  readonly waivers: readonly Finding[];
  /** Evidence to bring, as sentences. */
  readonly evidence: readonly string[];
}

export interface Counts {
  readonly open: number;
  readonly inQuestion: number;
  readonly setAside: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
}

export interface Verdict {
  readonly verdict: VerdictWord;
  readonly release: string;
  readonly policy: string;
  readonly decidedAt: number;
  readonly mode: 'evaluate' | 'compare';
  readonly reasons: readonly Reason[];
  /** What the policy relaxed by name, said aloud. */
  readonly relaxed: readonly string[];
  /** `false`: reported only, the exit code is 0. */
  readonly enforced: boolean;
  readonly evidence: readonly Evidence[];
  readonly setAside: readonly SetAsideEntry[];
  readonly pathToGo: PathToGo;
  readonly counts: Counts;
}
