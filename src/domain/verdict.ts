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

/** From one installed version to another. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** One component on one asset: one step, however many findings it repairs. */
export interface Upgrade {
  readonly asset: string;
  /** Of the asset, where somebody said who. */
  readonly owner?: string | undefined;
  readonly component: string;
  /** Every version that is installed there and has a finding counted here. */
  readonly from: readonly string[];
  /** The smallest version known to be free of every finding listed here, wherever it is installed. */
  readonly to?: string | undefined;
  /**
   * From each installed version the smallest that does, on its own line where that is repaired. Absent or empty where
   * `to` is, and where too many versions are installed to list.
   */
  readonly moves?: readonly Move[] | undefined;
  /** Fix versions as the sources name them, where no single one can be chosen. */
  readonly options: readonly string[];
  /** What it repairs. */
  readonly findings: readonly Finding[];
}

/** The same upgrade of the same component, and all assets it is to be made on. */
export interface UpgradeGroup {
  readonly component: string;
  readonly from: readonly string[];
  readonly to?: string | undefined;
  readonly options: readonly string[];
  readonly assets: readonly string[];
  /** How many findings it repairs on all of them. */
  readonly findings: number;
}

/** What one owner has to do. */
export interface OwnerShare {
  /** Undefined: nobody is known to own these assets. */
  readonly owner?: string | undefined;
  readonly assets: readonly string[];
  readonly upgrades: number;
  readonly corrections: number;
  readonly waivers: number;
}

/** A component that has fixes and yet keeps findings that only waivers help with. */
export interface PartialRepair {
  readonly asset: string;
  readonly component: string;
  /** `waive`: no upgrade would help. */
  readonly advice: 'upgrade-and-waive' | 'waive';
  readonly waivers: number;
  /** A sentence. */
  readonly why: string;
}

/**
 * What would turn this verdict to GO: with as few waivers as there can be, and then as few other steps. A step is an
 * upgrade, a correction or a waiver. What a path of an earlier version of the engine does not have is absent.
 */
export interface PathToGo {
  readonly upgrades: readonly Upgrade[];
  /** The upgrades again, by component; those on most assets first. */
  readonly groups?: readonly UpgradeGroup[] | undefined;
  /** Findings in code, configuration or secrets: corrected where they sit. */
  readonly corrections: readonly Finding[];
  /** No fix is known that would help: only a waiver (or removal) does. */
  readonly waivers: readonly Finding[];
  readonly partial?: readonly PartialRepair[] | undefined;
  /** Present where owners are known; what nobody owns comes last. */
  readonly owners?: readonly OwnerShare[] | undefined;
  /** Evidence to bring, as sentences. */
  readonly evidence: readonly string[];
  /** True: it is proved that there is no smaller one. */
  readonly isExact?: boolean | undefined;
  /** No path that waives no more than this one has fewer steps. */
  readonly bound?: number | undefined;
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

/** What is shipped, by content: `registry/app@sha256:…`. */
export interface ReleaseSubject {
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Break-glass: somebody with the right opened the gate although the verdict does not. The word stays what it is. */
export interface Override {
  readonly by: string;
  readonly reason: string;
  /** Epoch ms. */
  readonly at: number;
  /** Epoch ms; from then on the gate is as the verdict says. */
  readonly until: number;
}

/** What is different since the verdict before, of the same release and scope. */
export interface ChangesSince {
  readonly verdict: VerdictWord;
  readonly decidedAt: number;
  /** Findings that block now and did not then, worst first. */
  readonly appeared: readonly Finding[];
  /** Those that blocked then and do not now, as they were called then. */
  readonly gone: readonly { readonly defect: string; readonly where: string; readonly asset: string }[];
  /** True when the policy was another. */
  readonly otherPolicy: boolean;
}

export interface Verdict {
  readonly verdict: VerdictWord;
  readonly release: string;
  readonly subject?: ReleaseSubject | undefined;
  readonly scope: string;
  readonly baseline?: string | undefined;
  readonly policy: string;
  readonly decidedAt: number;
  readonly mode: Mode;
  readonly rules: readonly RuleOutcome[];
  readonly reasons: readonly Reason[];
  /** What the policy relaxed by name, said aloud. */
  readonly relaxed: readonly Relaxation[];
  /** `false`: reported only, the exit code is 0. */
  readonly enforced: boolean;
  /** One that is in force, whether the verdict needs it or not. */
  readonly override?: Override | undefined;
  /** Undefined: there is no earlier verdict. */
  readonly changes?: ChangesSince | undefined;
  readonly evidence: readonly Evidence[];
  readonly setAside: readonly SetAsideEntry[];
  readonly pathToGo: PathToGo;
  readonly counts: Counts;
}

/**
 * An override opens the gate. Who overrides has the verdict before them, so what they say comes after it: only its end
 * is asked for.
 */
export function isOverridden({ override, decidedAt }: Pick<Verdict, 'override' | 'decidedAt'>): boolean {
  return override !== undefined && decidedAt < override.until;
}
