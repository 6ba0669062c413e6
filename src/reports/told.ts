/** A verdict turned round: for each finding what holds against it and what would help, as reports list findings. */
import type { Finding } from '../domain/finding.ts';
import type { Severity } from '../domain/severity.ts';
import type { Effect, SetAsideEntry, Verdict } from '../domain/verdict.ts';
import { defectOf, versionsOf } from './finding-names.ts';
import { ownersOf, targetOf } from './said.ts';

export interface Told {
  readonly finding: Finding;
  /**
   * The same in every run, and of no other finding in this verdict: what it is about and where, never a number of the
   * store. Where several agree in all of that, they are counted.
   */
  readonly identity: string;
  /** The worst of what its reasons do; undefined: it is only set aside. */
  readonly effect: Effect | undefined;
  readonly rules: readonly string[];
  /** Who set it aside, honoured or not. */
  readonly setAside: readonly SetAsideEntry[];
  /** What the path to GO says about it: `upgrade to 2.17.1`, `correct`, `waiver`; undefined: nothing. */
  readonly step: string | undefined;
  /** Of its asset, where the path to GO knows. */
  readonly owner: string | undefined;
}

interface Draft {
  readonly finding: Finding;
  effect: Effect | undefined;
  readonly rules: string[];
  readonly setAside: SetAsideEntry[];
}

/** What blocks or leaves the verdict open comes first, what is only set aside last. */
const RANK = { block: 0, undecided: 1, warn: 2 } as const satisfies Record<Effect, number>;
const LAST = 3;

/** What is not known may be anything: it comes before what is known to be moderate. */
const HARM = { critical: 0, high: 1, unknown: 2, medium: 3, low: 4, info: 5 } as const satisfies Record<
  Severity,
  number
>;

/** Every finding that a reason names or that was set aside, none twice, worst first. */
export function tellFindings(verdict: Verdict): readonly Told[] {
  const drafts = [...draftsOf(verdict).values()].sort(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      HARM[a.finding.severity] - HARM[b.finding.severity] ||
      (b.finding.score ?? -1) - (a.finding.score ?? -1),
  );
  const steps = stepsOf(verdict);
  const owners = ownersOf(verdict);
  const identities = identityGiver();
  return drafts.map((draft) => ({
    ...draft,
    identity: identities(draft.finding),
    step: steps.get(draft.finding.id),
    owner: owners.get(draft.finding.asset.name),
  }));
}

function rankOf({ effect }: Draft): number {
  return effect === undefined ? LAST : RANK[effect];
}

function draftsOf({ reasons, setAside }: Verdict): Map<Finding['id'], Draft> {
  const drafts = new Map<Finding['id'], Draft>();
  const draftOf = (finding: Finding): Draft => {
    const known = drafts.get(finding.id);
    if (known !== undefined) return known;
    const draft: Draft = { finding, effect: undefined, rules: [], setAside: [] };
    drafts.set(finding.id, draft);
    return draft;
  };
  for (const { rule, effect, findings } of reasons) {
    for (const finding of findings) {
      const draft = draftOf(finding);
      if (!draft.rules.includes(rule)) draft.rules.push(rule);
      if (draft.effect === undefined || RANK[effect] < RANK[draft.effect]) draft.effect = effect;
    }
  }
  for (const entry of setAside) draftOf(entry.finding).setAside.push(entry);
  return drafts;
}

function identityGiver(): (finding: Finding) => string {
  const given = new Map<string, number>();
  return (finding) => {
    const { asset, component, location } = finding;
    const identity = JSON.stringify([asset.kind, asset.name, defectOf(finding), component, location]);
    const times = (given.get(identity) ?? 0) + 1;
    given.set(identity, times);
    return times === 1 ? identity : `${identity} ${times}`;
  };
}

function stepsOf({ pathToGo }: Verdict): ReadonlyMap<Finding['id'], string> {
  const steps = new Map<Finding['id'], string>();
  for (const upgrade of pathToGo.upgrades) {
    for (const finding of upgrade.findings) {
      steps.set(finding.id, `upgrade to ${targetOf(upgrade, versionsOf(finding))}`);
    }
  }
  for (const { id } of pathToGo.corrections) steps.set(id, 'correct');
  for (const { id } of pathToGo.waivers) steps.set(id, 'waiver');
  return steps;
}
