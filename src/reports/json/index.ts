import type { Evidence, PathToGo, Reason, SetAsideEntry, Verdict } from '../../domain/verdict.ts';
import { toFindingJson, toIso } from '../findings-json.ts';
import { toJsonText } from '../json-text.ts';
import type { Report } from '../report.ts';

/** The whole verdict for machines; keys are only ever added. */
export const jsonReport: Report = {
  kind: 'json',
  render: (verdict) => toJsonText(toVerdictJson(verdict)),
};

export function toVerdictJson(verdict: Verdict) {
  return {
    verdict: verdict.verdict,
    release: verdict.release,
    policy: verdict.policy,
    mode: verdict.mode,
    decidedAt: toIso(verdict.decidedAt),
    enforced: verdict.enforced,
    relaxed: verdict.relaxed,
    reasons: verdict.reasons.map(toReasonJson),
    rules: verdict.rules,
    evidence: verdict.evidence.map(toEvidenceJson),
    setAside: verdict.setAside.map(toSetAsideJson),
    pathToGo: toPathJson(verdict.pathToGo),
    counts: verdict.counts,
  };
}

function toReasonJson({ rule, effect, message, findings }: Reason) {
  return { rule, effect, message, findings: findings.map(toFindingJson) };
}

function toEvidenceJson({ observedAt, ...evidence }: Evidence) {
  return { ...evidence, observedAt: toIso(observedAt) };
}

function toSetAsideJson({ finding, until, note, ...entry }: SetAsideEntry) {
  return { ...entry, until: toIso(until), note: note ?? null, finding: toFindingJson(finding) };
}

function toPathJson({ upgrades, corrections, waivers, evidence }: PathToGo) {
  return {
    upgrades: upgrades.map(({ to, findings, ...upgrade }) => ({
      ...upgrade,
      to: to ?? null,
      findings: findings.map(toFindingJson),
    })),
    corrections: corrections.map(toFindingJson),
    waivers: waivers.map(toFindingJson),
    evidence,
  };
}
