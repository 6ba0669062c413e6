import type { Finding } from './finding.ts';
import type { Mode, Relaxation, RuleAction, SetAsideKind } from './policy.ts';
import type { BySeverity } from './severity.ts';

/** Only GO opens the gate. An error is none of the three. */
export const VERDICTS = ['GO', 'NO-GO', 'UNDECIDED'] as const;
export type VerdictWord = (typeof VERDICTS)[number];

/** `undecided`: the rule could not be judged on the evidence there is. */
export type Effect = 'block' | 'warn' | 'undecided';

export interface Reason {
  /** Id of the rule, or `evidence` and `set-aside` for what holds under every policy. */
  readonly rule: string;
  readonly effect: Effect;
  /** A sentence with counts. */
  readonly message: string;
  /** Worst first. */
  readonly findings: readonly Finding[];
}

/** What became of each rule; `not-compared`: it compares and there was nothing to compare with. */
export interface RuleOutcome {
  readonly rule: string;
  readonly description: string;
  readonly action: RuleAction;
  readonly outcome: 'passed' | 'warned' | 'undecided' | 'blocked' | 'off' | 'not-compared';
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

/** A finding in question and who set it aside. `honoured` false: shown, and it counted all the same. */
export interface SetAsideEntry {
  readonly finding: Finding;
  readonly kind: SetAsideKind;
  readonly issuer: string;
  readonly reason: string;
  readonly until?: number | undefined;
  readonly honoured: boolean;
  /** Why it was not honoured. */
  readonly note?: string | undefined;
}

export interface Upgrade {
  readonly asset: string;
  readonly component: string;
  readonly from: readonly string[];
  /** The smallest version known to be free of every finding counted here. */
  readonly to?: string | undefined;
  /** Fix versions as the sources name them, where no single one can be chosen. */
  readonly options: readonly string[];
  readonly findings: readonly Finding[];
}

/** What would turn this verdict to GO. */
export interface PathToGo {
  readonly upgrades: readonly Upgrade[];
  /** Findings in code, configuration or secrets: corrected where they sit. */
  readonly corrections: readonly Finding[];
  /** No fix is known: only a waiver (or removal) helps. */
  readonly waivers: readonly Finding[];
  /** Evidence to bring, as sentences. */
  readonly evidence: readonly string[];
}

export interface Counts {
  /** Open findings in scope, set aside or not, and the same by severity. */
  readonly open: number;
  readonly bySeverity: Readonly<BySeverity>;
  /** Findings some rule asks about and nobody set aside; and the problems they make up. */
  readonly inQuestion: number;
  readonly problems: number;
  /** Findings some rule asks about that do not count. */
  readonly setAside: number;
}

export interface Verdict {
  readonly verdict: VerdictWord;
  readonly release: string;
  readonly policy: string;
  readonly decidedAt: number;
  readonly mode: Mode;
  readonly rules: readonly RuleOutcome[];
  readonly reasons: readonly Reason[];
  /** What the policy relaxed by name, said aloud. */
  readonly relaxed: readonly Relaxation[];
  /** `false`: reported only, the exit code is 0. */
  readonly enforced: boolean;
  readonly evidence: readonly Evidence[];
  readonly setAside: readonly SetAsideEntry[];
  readonly pathToGo: PathToGo;
  readonly counts: Counts;
}
