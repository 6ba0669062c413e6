/** What can be done about each blocking finding; each has exactly one step that takes it away, and steps are shared. */
import type { Finding } from '../../domain/finding.ts';
import type { Scope } from '../../domain/scope.ts';
import { type Repair, repairerFor } from './repair.ts';

interface UpgradeStep {
  readonly kind: 'upgrade';
  readonly component: string;
  readonly repair: Repair;
  readonly findings: readonly Finding[];
}

/** Takes away one finding: corrected in code or configuration, or waived where no fix is known that would help. */
interface SingleStep {
  readonly kind: 'correction' | 'waiver';
  /** Of its component there; absent: the finding names no component. */
  readonly repair?: Repair | undefined;
  readonly findings: readonly [Finding];
}

export type Step = UpgradeStep | SingleStep;

export function stepsFor(findings: readonly Finding[], scope: Scope): readonly Step[] {
  const steps: Step[] = [];
  const byComponent = new Map<string, { readonly component: string; readonly findings: Finding[] }>();
  for (const finding of findings) {
    const { component } = finding;
    if (component === undefined) {
      steps.push(singleStep(finding));
      continue;
    }
    const key = `${finding.assetId} ${component}`;
    const group = byComponent.get(key);
    if (group === undefined) byComponent.set(key, { component, findings: [finding] });
    else group.findings.push(finding);
  }
  const repairOf = repairerFor(scope);
  for (const { component, findings: group } of byComponent.values()) {
    const repair = repairOf(component, group);
    const { repaired, unfixed, outdated } = repair;
    if (repaired.length > 0) steps.push({ kind: 'upgrade', component, repair, findings: repaired });
    for (const finding of [...unfixed, ...outdated]) steps.push(singleStep(finding, repair));
  }
  return steps;
}

function singleStep(finding: Finding, repair?: Repair): SingleStep {
  const kind = finding.class === 'vulnerability' ? 'waiver' : 'correction';
  return { kind, repair, findings: [finding] };
}
