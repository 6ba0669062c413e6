/** The same path from where people stand: by component, by owner, and where an upgrade is not enough. */
import type { AssetId, Finding } from '../../domain/finding.ts';
import type { OwnerShare, PartialRepair, Upgrade, UpgradeGroup } from '../../domain/verdict.ts';
import { compareText } from '../worst-first.ts';
import type { Repair } from './repair.ts';
import type { Step } from './steps.ts';

/** Versions in a sentence. */
const MOST_SAID = 3;

export type Owners = ReadonlyMap<AssetId, string>;

export function groupUpgrades(upgrades: readonly Upgrade[]): readonly UpgradeGroup[] {
  const groups = Map.groupBy(upgrades, ({ component, to, options }) =>
    JSON.stringify([component, to, to === undefined ? options : []]),
  );
  return [...groups.values()]
    .map(joined)
    .sort(
      (a, b) =>
        b.assets.length - a.assets.length ||
        b.findings - a.findings ||
        compareText(a.component, b.component) ||
        compareText(a.to ?? a.options.join(' '), b.to ?? b.options.join(' ')),
    );
}

function joined(upgrades: readonly Upgrade[]): UpgradeGroup {
  const [first] = upgrades;
  return {
    component: first?.component ?? '',
    from: distinct(upgrades.flatMap(({ from }) => from)),
    ...(first?.to === undefined ? {} : { to: first.to }),
    options: first?.options ?? [],
    assets: distinct(upgrades.map(({ asset }) => asset)),
    findings: upgrades.reduce((sum, { findings }) => sum + findings.length, 0),
  };
}

/** What nobody owns comes last. */
export function shareByOwner(steps: readonly Step[], owners: Owners): readonly OwnerShare[] {
  const shares = Map.groupBy(steps, ({ findings: [finding] }) => finding && owners.get(finding.assetId));
  return [...shares]
    .sort(([a], [b]) => compareText(a, b))
    .map(([owner, own]) => {
      const count = (kind: Step['kind']): number => own.filter((step) => step.kind === kind).length;
      return {
        ...(owner === undefined ? {} : { owner }),
        assets: distinct(own.flatMap(({ findings: [finding] }) => finding?.asset.name ?? [])),
        upgrades: count('upgrade'),
        corrections: count('correction'),
        waivers: count('waiver'),
      };
    });
}

/** Of components for which somebody named a fix: elsewhere that there is none is all there is to say. */
export function partialRepairs(steps: readonly Step[]): readonly PartialRepair[] {
  const waivers = new Map<Repair, Finding[]>();
  for (const { kind, repair, findings } of steps) {
    if (kind !== 'waiver' || repair === undefined) continue;
    if (repair.repaired.length === 0 && repair.outdated.length === 0) continue;
    waivers.set(repair, [...(waivers.get(repair) ?? []), ...findings]);
  }
  const upgraded = new Set(steps.flatMap((step) => (step.kind === 'upgrade' ? [step.repair] : [])));
  return [...waivers]
    .map(([repair, findings]): PartialRepair => {
      const outdated = findings.filter((finding) => repair.outdated.includes(finding)).length;
      return {
        asset: findings[0]?.asset.name ?? '',
        component: findings[0]?.component ?? '',
        advice: upgraded.has(repair) ? 'upgrade-and-waive' : 'waive',
        waivers: findings.length,
        why: sayWhy(findings.length - outdated, outdated, repair.from),
      };
    })
    .sort((a, b) => compareText(a.asset, b.asset) || compareText(a.component, b.component));
}

/** `no fix is known for 2; for 1 no fix is above the installed 2.14.1`. */
function sayWhy(unfixed: number, outdated: number, from: readonly string[]): string {
  const installed = from.length === 0 ? 'version that is installed' : `installed ${someOf(from)}`;
  return [
    ...(unfixed > 0 ? [`no fix is known for ${unfixed}`] : []),
    ...(outdated > 0 ? [`for ${outdated} no fix is above the ${installed}`] : []),
  ].join('; ');
}

function someOf(versions: readonly string[]): string {
  const more = versions.length - MOST_SAID;
  return `${versions.slice(0, MOST_SAID).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
