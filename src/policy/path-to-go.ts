/**
 * The way out of a verdict, first form: what every blocking finding needs. Exact per component; where a budget lets
 * some findings pass, doing all of it is enough and more than needed.
 */
import type { Finding } from '../domain/finding.ts';
import { observationsInScope, type Scope } from '../domain/scope.ts';
import type { PathToGo, Reason, Upgrade } from '../domain/verdict.ts';
import { smallestUpgrade } from './versions.ts';
import { compareText, worstFirst } from './worst-first.ts';

/** `evidence`: what is to be brought, as sentences. */
export function findPathToGo(
  reasons: readonly Reason[],
  evidence: readonly string[],
  scope: Scope,
): PathToGo {
  const blocking = new Set(
    reasons.filter(({ effect }) => effect === 'block').flatMap(({ findings }) => findings),
  );
  const upgradable = new Map<string, Finding[]>();
  const corrections: Finding[] = [];
  const waivers: Finding[] = [];
  for (const finding of blocking) {
    const { component } = finding;
    if (component === undefined) (finding.class === 'vulnerability' ? waivers : corrections).push(finding);
    else if (finding.fixVersions.length === 0) waivers.push(finding);
    else add(upgradable, `${finding.assetId} ${component}`, finding);
  }
  const upgrades = [...upgradable.values()].map((findings) => upgradeOf(findings, scope));
  return {
    upgrades: upgrades.sort((a, b) => compareText(a.asset, b.asset) || compareText(a.component, b.component)),
    corrections: worstFirst(corrections),
    waivers: worstFirst(waivers),
    evidence,
  };
}

function add(groups: Map<string, Finding[]>, key: string, finding: Finding): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [finding]);
  else group.push(finding);
}

function upgradeOf(findings: readonly Finding[], scope: Scope): Upgrade {
  const [first] = findings;
  const installed = new Set<string>();
  const options = new Set<string>();
  for (const finding of findings) {
    for (const { versions } of observationsInScope(finding, scope)) {
      for (const version of versions) installed.add(version);
    }
    for (const version of finding.fixVersions) options.add(version);
  }
  const fixes = findings.map(({ fixVersions }) => fixVersions);
  const to = smallestUpgrade([...installed], fixes);
  return {
    asset: first?.asset.name ?? '',
    component: first?.component ?? '',
    from: [...installed].sort(compareText),
    to,
    options: to === undefined ? [...options].sort(compareText) : [],
    findings: worstFirst(findings),
  };
}
