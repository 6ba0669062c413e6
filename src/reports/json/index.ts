import type { Evidence, PathToGo, Reason, SetAsideEntry, Upgrade, Verdict } from '../../domain/verdict.ts';
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
    subject: verdict.subject ?? null,
    scope: verdict.scope,
    baseline: verdict.baseline ?? null,
    policy: verdict.policy,
    mode: verdict.mode,
    decidedAt: toIso(verdict.decidedAt),
    enforced: verdict.enforced,
    relaxed: verdict.relaxed,
    override: toOverrideJson(verdict.override),
    changes: toChangesJson(verdict.changes),
    reasons: verdict.reasons.map(toReasonJson),
    rules: verdict.rules,
    evidence: verdict.evidence.map(toEvidenceJson),
    setAside: verdict.setAside.map(toSetAsideJson),
    pathToGo: toPathJson(verdict.pathToGo),
    counts: verdict.counts,
  };
}

function toOverrideJson(override: Verdict['override']) {
  return override === undefined
    ? null
    : { ...override, at: toIso(override.at), until: toIso(override.until) };
}

function toChangesJson(changes: Verdict['changes']) {
  if (changes === undefined) return null;
  return { ...changes, decidedAt: toIso(changes.decidedAt), appeared: changes.appeared.map(toFindingJson) };
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

/** Lists that an earlier version of the engine did not make are empty. */
function toPathJson(path: PathToGo) {
  const { upgrades, groups = [], corrections, waivers, partial = [], owners = [], evidence } = path;
  return {
    upgrades: upgrades.map(toUpgradeJson),
    groups: groups.map(({ component, from, to = null, options, assets, findings }) => ({
      component,
      from,
      to,
      options,
      assets,
      findings,
    })),
    corrections: corrections.map(toFindingJson),
    waivers: waivers.map(toFindingJson),
    partial,
    owners: owners.map(({ owner = null, ...share }) => ({ owner, ...share })),
    evidence,
    isExact: path.isExact ?? null,
    bound: path.bound ?? null,
  };
}

function toUpgradeJson({ asset, owner, component, from, to, moves, options, findings }: Upgrade) {
  return {
    asset,
    owner: owner ?? null,
    component,
    from,
    to: to ?? null,
    moves: moves ?? [],
    options,
    findings: findings.map(toFindingJson),
  };
}
