/**
 * The judgement. What is known to be harmful blocks, however little else is known; what is not known never opens
 * the gate. Nothing is read from outside: the same input gives the same verdict a year later.
 */
import { matches } from '../domain/filter.ts';
import type { AssetId, Finding } from '../domain/finding.ts';
import { INTELLIGENCE_KINDS, type IntelligenceKind, type OutdatedFeed } from '../domain/intelligence.ts';
import type { Mode, Policy } from '../domain/policy.ts';
import { EVERYTHING, type Scope } from '../domain/scope.ts';
import type {
  Counts,
  Effect,
  Evidence,
  Reason,
  RuleOutcome,
  Verdict,
  VerdictWord,
} from '../domain/verdict.ts';
import type { VexStatement } from '../domain/vex.ts';
import type { Waiver } from '../domain/waiver.ts';
import { type Baseline, indexBaseline, NO_BASELINE } from './baseline.ts';
import { type ActiveRule, activeRules, compilePolicy } from './compile-policy.ts';
import { baselineGaps, evidenceFloor, inOrder, isBaselineComplete, shownEvidence } from './evidence.ts';
import { findPathToGo } from './path-to-go.ts';
import { countProblems, groupIntoProblems } from './problems.ts';
import type { Case, Judgement, Rule, Unread } from './rule.ts';
import { RULES } from './rules/registry.ts';
import { sortOutSetAside } from './set-aside.ts';
import { worstFirst } from './worst-first.ts';

export interface DecideInput {
  readonly release: string;
  readonly policy: Policy;
  /** Absent: as the policy says. */
  readonly mode?: Mode | undefined;
  readonly scope: Scope;
  /** Absent: all of what `baseline` holds. */
  readonly baselineScope?: Scope | undefined;
  /** Epoch ms. */
  readonly now: number;
  /** Every run the verdict rests on, and one entry for each required source that has none. */
  readonly evidence: readonly Evidence[];
  /** At least what `compilePolicy(…).candidates` selects; more does no harm. */
  readonly candidates: readonly Finding[];
  /** At least what `compilePolicy(…).baseline` selects, when comparing. */
  readonly baseline?: readonly Finding[] | undefined;
  /** Beside those of the policy itself. */
  readonly waivers?: readonly Waiver[] | undefined;
  readonly vex?: readonly VexStatement[] | undefined;
  /** What the world was asked for, whatever it said; absent: nothing, so that what it does not say is not known. */
  readonly intelligence?: readonly IntelligenceKind[] | undefined;
  /** Of what is not in `intelligence`, what was asked too long ago. */
  readonly outdated?: readonly OutdatedFeed[] | undefined;
  /** Who is to do what the path to GO lists; an asset that is not here has no known owner. */
  readonly owners?: readonly (readonly [AssetId, string])[] | undefined;
  /** Open findings in scope, whether a rule asks about them or not. */
  readonly counts: Pick<Counts, 'open' | 'bySeverity'>;
  /** The findings come from the very files under judgement: what these say about themselves is not honoured. */
  readonly fromScans: boolean;
}

export function decide(given: DecideInput): Verdict {
  const input = { ...given, evidence: inOrder(given.evidence) };
  const { policy, scope, now, evidence } = input;
  const mode = input.mode ?? policy.mode;
  const rules = activeRules(policy, mode, now);
  const asked = questioned(input, mode);
  const problems = groupIntoProblems(asked, scope);
  const sorted = sortOutSetAside(asked, {
    ...input,
    problems,
    honour: policy.honour,
    maxWaiverDays: policy.maxWaiverDays,
    waivers: [...policy.waivers, ...(input.waivers ?? [])],
    vex: input.vex ?? [],
  });
  const facts = {
    findings: sorted.counting,
    problems,
    scope,
    now,
    waivedTimes: sorted.waivedTimes,
    unread: input.counts.open === 0 ? [] : unreadOf(input),
    outdated: input.outdated ?? [],
    evidence,
    baseline: baselineOf(input, mode),
  };
  const judged = rules.flatMap((rule) => judge(rule, facts, policy));
  const ruled = judged.map(({ reason }) => reason);
  const floor = floorReasons(input, mode, ruled);
  const reasons = [...ruled, ...floor, ...sorted.reasons];
  return {
    verdict: wordOf(reasons),
    release: input.release,
    scope: scope.name,
    baseline: mode === 'compare' ? input.baselineScope?.name : undefined,
    policy: policy.name,
    decidedAt: now,
    mode,
    rules: outcomesOf(policy, rules, ruled),
    reasons,
    relaxed: policy.relax,
    enforced: policy.enforce,
    evidence: shownEvidence(
      evidence,
      judged.flatMap(({ judgement }) => judgement.shortfall ?? []),
    ),
    setAside: sorted.entries,
    pathToGo: findPathToGo(
      judged.filter(({ reason }) => reason.effect === 'block').map(({ judgement }) => judgement),
      {
        scope,
        evidence: evidenceToBring(judged, floor, evidence),
        owners: input.owners && new Map(input.owners),
      },
    ),
    counts: {
      ...input.counts,
      inQuestion: sorted.counting.length,
      problems: countProblems(sorted.counting, problems),
      setAside: sorted.setAside.length,
    },
  };
}

/** Where nothing is open, nothing that could be said of it matters. */
function unreadOf({ intelligence = [], fromScans }: DecideInput): readonly Unread[] {
  const kinds = INTELLIGENCE_KINDS.filter((kind) => !intelligence.includes(kind));
  return fromScans ? [...kinds, 'history'] : kinds;
}

/** A store may answer with too much or with a finding twice; what is judged is exactly what the policy asks about. */
function questioned({ policy, scope, candidates, now }: DecideInput, mode: Mode): readonly Finding[] {
  const filter = compilePolicy(policy, { scope, mode, now }).candidates;
  const unique = new Map(candidates.map((finding) => [finding.id, finding]));
  return worstFirst([...unique.values()].filter((finding) => matches(finding, filter)));
}

function baselineOf({ policy, evidence, baseline, baselineScope }: DecideInput, mode: Mode): Baseline {
  if (mode === 'evaluate') return NO_BASELINE;
  const scope = baselineScope ?? EVERYTHING;
  const { baseline: filter } = compilePolicy(policy, { scope, baselineScope: scope, mode });
  const known = (baseline ?? []).filter((finding) => filter !== undefined && matches(finding, filter));
  return indexBaseline(known, scope, isBaselineComplete(baseline !== undefined, evidence, policy.relax));
}

interface Judged {
  readonly rule: Rule;
  readonly judgement: Judgement;
  readonly reason: Reason;
}

function judge(
  { rule, action, within, filter, concerns, judge }: ActiveRule,
  facts: Case,
  policy: Policy,
): readonly Judged[] {
  const findings = facts.findings.filter(
    (finding) => matches(finding, filter) && concerns(finding, facts.scope),
  );
  return judge({ ...facts, findings }).map((said) => {
    const judgement =
      within === undefined ? said : { ...said, message: `in scope ${within}: ${said.message}` };
    return {
      rule,
      judgement,
      reason: reasonOf(rule.id, action, judgement, policy),
    };
  });
}

function reasonOf(rule: string, action: ActiveRule['action'], judgement: Judgement, policy: Policy): Reason {
  const { message, findings, proven, relaxation } = judgement;
  if (relaxation !== undefined && policy.relax.includes(relaxation)) {
    return {
      rule,
      effect: 'warn',
      message: `${message}; the policy lets it pass by ${relaxation}`,
      findings,
    };
  }
  const effect: Effect = action === 'warn' ? 'warn' : proven ? 'block' : 'undecided';
  return { rule, effect, message, findings };
}

/** What a rule already said is not said again. */
function floorReasons(
  { policy, evidence }: DecideInput,
  mode: Mode,
  ruled: readonly Reason[],
): readonly Reason[] {
  const said = new Set(ruled.filter(({ effect }) => effect === 'undecided').map(({ message }) => message));
  return evidenceFloor(evidence, policy.relax, mode === 'compare' ? ['release', 'baseline'] : ['release'])
    .filter(({ message }) => !said.has(message))
    .map((judgement) => reasonOf('evidence', 'block', judgement, policy));
}

/** What keeps the verdict open, as runs to complete; what a comparison could not tell is the baseline's gaps. */
function evidenceToBring(
  judged: readonly Judged[],
  floor: readonly Reason[],
  evidence: readonly Evidence[],
): readonly string[] {
  const open = judged.filter(({ reason }) => reason.effect === 'undecided');
  const sentences = [
    ...open.filter(({ judgement }) => judgement.shortfall !== undefined).map(({ reason }) => reason.message),
    ...floor.filter(({ effect }) => effect === 'undecided').map(({ message }) => message),
    ...(open.some(({ rule }) => rule.compares) ? baselineGaps(evidence) : []),
  ];
  // Never nothing while something is open: who is told to bring nothing cannot get any further.
  return [...new Set(sentences.length > 0 ? sentences : open.map(({ reason }) => reason.message))];
}

function wordOf(reasons: readonly Reason[]): VerdictWord {
  if (reasons.some(({ effect }) => effect === 'block')) return 'NO-GO';
  return reasons.some(({ effect }) => effect === 'undecided') ? 'UNDECIDED' : 'GO';
}

const OUTCOME = { block: 'blocked', undecided: 'undecided', warn: 'warned' } as const satisfies Record<
  Effect,
  RuleOutcome['outcome']
>;
const EFFECTS_WORST_FIRST = ['block', 'undecided', 'warn'] as const;

function outcomesOf(
  policy: Policy,
  active: readonly ActiveRule[],
  reasons: readonly Reason[],
): readonly RuleOutcome[] {
  return RULES.map(({ id, description }) => {
    const setting = policy.rules[id];
    const action = setting?.action ?? 'off';
    const outcome = (): RuleOutcome['outcome'] => {
      const actions = [action, ...(setting?.perScope ?? []).map((one) => one.action)];
      if (actions.every((one) => one === 'off')) return 'off';
      if (!active.some(({ rule }) => rule.id === id)) return 'not-compared';
      const own = reasons.filter(({ rule }) => rule === id);
      const worst = EFFECTS_WORST_FIRST.find((effect) => own.some((reason) => reason.effect === effect));
      return worst === undefined ? 'passed' : OUTCOME[worst];
    };
    return { rule: id, description, action, outcome: outcome() };
  });
}
