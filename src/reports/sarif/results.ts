import { hash } from 'node:crypto';
import type { Finding } from '../../domain/finding.ts';
import type { SetAsideKind } from '../../domain/policy.ts';
import type { Effect, Reason, SetAsideEntry } from '../../domain/verdict.ts';
import { fileOf, placeOf, versionsOf } from '../finding-names.ts';
import { toIso } from '../findings-json.ts';
import { saySetAside } from '../said.ts';
import type { Told } from '../told.ts';
import { defectRuleId, line, policyRuleId } from './names.ts';

const LEVEL = { block: 'error', warn: 'warning', undecided: 'note' } as const satisfies Record<
  Effect,
  string
>;

type Index = ReadonlyMap<string, number>;

/** A verdict that is open stays as visible as one that blocks. `nth`: of its rule. */
export function reasonResult({ rule, effect, message }: Reason, nth: number, index: Index): object {
  const ruleId = policyRuleId(rule);
  return {
    ruleId,
    ruleIndex: index.get(ruleId),
    level: effect === 'warn' ? 'warning' : 'error',
    message: { text: line(message) },
    locations: [{ physicalLocation: beginningOf('gatehouse.yaml') }],
    partialFingerprints: fingerprintsOf(JSON.stringify([rule, nth])),
    properties: { effect },
  };
}

export function resultOf(told: Told, index: Index): object {
  const { finding, effect, rules, setAside, step, owner, identity } = told;
  const ruleId = defectRuleId(finding);
  return {
    ruleId,
    ruleIndex: index.get(ruleId),
    kind: 'fail',
    level: effect === undefined ? 'note' : LEVEL[effect],
    message: { text: line(messageOf(told, ruleId)) },
    locations: [locationOf(finding)],
    partialFingerprints: fingerprintsOf(identity),
    ...suppressionsOf(setAside),
    properties: {
      effect: effect ?? 'set-aside',
      rules: rules.map(policyRuleId),
      severity: finding.severity,
      score: finding.score ?? null,
      pathToGo: step === undefined ? null : line(step),
      versions: versionsOf(finding).map(line),
      fixVersions: finding.fixVersions.map(line),
      sources: finding.sources.map(line),
      owner: owner === undefined ? null : line(owner),
      dueAt: toIso(finding.dueAt),
      setAside: setAside.map((entry) => line(saySetAside(entry))),
    },
  };
}

function messageOf({ finding, rules, step }: Told, name: string): string {
  const said = [
    `${name} (${finding.severity}) in ${placeOf(finding)}`,
    finding.title,
    rules.length > 0 ? `Held against the release by ${rules.join(', ')}` : undefined,
    step === undefined ? undefined : `Path to GO: ${step}`,
  ];
  return said.filter((part) => part !== undefined).join('. ');
}

/** Code scanning shows only what lies in a file: what lies in a package is said to lie in its asset. */
function locationOf(finding: Finding): object {
  const { location, component, asset } = finding;
  const [name, kind] = component === undefined ? [location, 'resource'] : [component, 'package'];
  return {
    physicalLocation: beginningOf(fileOf(finding) ?? asset.name),
    logicalLocations: [
      { fullyQualifiedName: line(name ?? asset.name), kind },
      { fullyQualifiedName: line(`${asset.kind}:${asset.name}`), kind: 'resource' },
    ],
  };
}

/** A verdict does not know the line, which moves with every change of the file. */
function beginningOf(path: string): object {
  return { artifactLocation: { uri: uriOf(path) }, region: { startLine: 1 } };
}

/** Relative to the repository, and never out of it. */
function uriOf(path: string): string {
  const segments = line(path.replaceAll('\\', '/')).split('/');
  const inside = segments.filter((part) => part !== '' && part !== '.' && part !== '..');
  return inside.length === 0 ? 'unknown' : inside.map(encodeURIComponent).join('/');
}

const SUPPRESSION = {
  waiver: 'external',
  'vendor-mute': 'external',
  vex: 'external',
  suppression: 'inSource',
} as const satisfies Record<SetAsideKind, string>;

/** One that is rejected undoes all others for a viewer, so it is told only where none was honoured. */
function suppressionsOf(setAside: readonly SetAsideEntry[]): object {
  const honoured = setAside.filter((entry) => entry.honoured);
  const told = honoured.length > 0 ? honoured : setAside;
  if (told.length === 0) return {};
  return {
    suppressions: told.map((entry) => ({
      kind: SUPPRESSION[entry.kind],
      status: entry.honoured ? 'accepted' : 'rejected',
      justification: line(saySetAside(entry)),
    })),
  };
}

/** GitHub goes by the first, whose number tells apart what has the same. */
function fingerprintsOf(identity: string): object {
  const mark = hash('sha256', identity, 'hex').slice(0, 32);
  return { primaryLocationLineHash: `${mark}:1`, 'gatehouseFinding/v1': mark };
}
