/**
 * How both regression rules compare: on the same entity where both sides know it, else the vulnerability as a whole.
 * A rise on an entity both sides know is proven whatever else of the baseline is missing; any other rise, and the
 * absence of one, holds only against a complete baseline.
 */
import type { Finding } from '../domain/finding.ts';
import { type Standing, standingOf } from './baseline.ts';
import { countOf, severitiesOf } from './counting.ts';
import type { Case, Judgement } from './rule.ts';

type HasRisen = (from: Standing, to: Standing) => boolean;

export function judgeRegression(facts: Case, hasRisen: HasRisen, what: string): readonly Judgement[] {
  const { findings, problems, scope, baseline } = facts;
  const proven: Finding[] = [];
  const possible: Finding[] = [];
  for (const finding of findings) {
    const known = baseline.known(finding);
    if (known === undefined) continue;
    if (!hasRisen(known.sameEntity ?? known.anywhere, standingOf(finding, scope))) continue;
    (baseline.complete || known.sameEntity !== undefined ? proven : possible).push(finding);
  }
  const said = (risen: readonly Finding[]): string =>
    `${countOf(risen, problems)} with ${what}: ${severitiesOf(risen)}`;
  const judgements: Judgement[] = [];
  if (proven.length > 0) judgements.push({ message: said(proven), findings: proven, proven: true });
  if (baseline.complete || findings.length === 0) return judgements;
  judgements.push({
    message:
      possible.length > 0
        ? `${said(possible)}, against a baseline that is not complete`
        : `${what} cannot be ruled out: the baseline is not complete`,
    findings: possible,
    proven: false,
  });
  return judgements;
}
