import type { Finding } from '../../domain/finding.ts';
import type { PathToGo, Upgrade, Verdict } from '../../domain/verdict.ts';
import { ownersOf, sayBound, targetOf } from '../said.ts';
import type { Canvas } from './canvas.ts';
import { hanging, nameOfFinding, placeOfFinding, showComponent, someOf } from './lines.ts';

interface Step {
  readonly verb: string;
  readonly text: string;
}

const ASSETS_SHOWN = 20;

export function pathSection(verdict: Verdict, { style, width, findingsShown }: Canvas): readonly string[] {
  const { pathToGo } = verdict;
  const owners = ownersOf(verdict);
  const bound = sayBound(verdict);
  const byAsset = stepsByAsset(pathToGo);
  if (byAsset.size === 0 && pathToGo.evidence.length === 0) return [];
  const assets = [...byAsset].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const stepLines = (steps: readonly Step[]): readonly string[] =>
    steps.flatMap(({ verb, text }) => hanging(`    ${verb.padEnd(9)}`, style.strong, text, width));
  return [
    style.strong('Path to GO'),
    ...someOf(assets, ASSETS_SHOWN, '  ', (some) =>
      some.flatMap(([asset, steps]) => [
        ...hanging('  ', style.strong, owned(asset, owners.get(asset)), width),
        ...someOf(steps, Math.max(10, findingsShown), '    ', stepLines),
      ]),
    ),
    ...pathToGo.evidence.flatMap((text) => hanging('  evidence   ', style.strong, text, width)),
    ...(bound === undefined ? [] : hanging('  ', style.faint, bound, width)),
  ];
}

function owned(asset: string, owner: string | undefined): string {
  return owner === undefined ? asset : `${asset} (${owner})`;
}

function stepsByAsset({ upgrades, corrections, waivers, partial = [] }: PathToGo): Map<string, Step[]> {
  const steps = new Map<string, Step[]>();
  const add = (asset: string, step: Step): void => {
    const list = steps.get(asset);
    if (list === undefined) steps.set(asset, [step]);
    else list.push(step);
  };
  for (const upgrade of upgrades) add(upgrade.asset, { verb: 'upgrade', text: sayUpgrade(upgrade) });
  for (const finding of corrections) add(finding.asset.name, { verb: 'correct', text: sayFinding(finding) });
  for (const finding of waivers) {
    add(finding.asset.name, { verb: 'waive', text: `${sayFinding(finding)}; no fix is known` });
  }
  for (const { asset, component, why } of partial) {
    add(asset, { verb: '', text: `${showComponent(component)}: ${why}` });
  }
  return steps;
}

function sayUpgrade(upgrade: Upgrade): string {
  const { component, from, findings } = upgrade;
  const installed = from.length === 0 ? '' : ` ${from.join(', ')}`;
  const target = targetOf(upgrade);
  const repaired = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
  return `${showComponent(component)}${installed} to ${target}; repairs ${repaired}`;
}

function sayFinding(finding: Finding): string {
  const place = placeOfFinding(finding);
  return place === '' ? nameOfFinding(finding) : `${nameOfFinding(finding)} in ${place}`;
}

const NEXT = {
  GO: 'Nothing blocks this release.',
  'NO-GO': 'Do what the path to GO lists, collect or scan again, and run the gate again.',
  UNDECIDED:
    'Bring the evidence that the path to GO lists and run the gate again. Nothing known blocks this release.',
} as const;

export function nextSection({ verdict }: Verdict, { style, width }: Canvas): readonly string[] {
  return hanging('Next  ', style.strong, NEXT[verdict], width);
}
