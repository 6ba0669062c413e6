/** What stands in a verdict beside its findings, as sentences that every report can print. */
import type { Finding } from '../domain/finding.ts';
import { showInstant } from '../domain/instant.ts';
import {
  type Evidence,
  isOverridden,
  type Reason,
  type SetAsideEntry,
  type Upgrade,
  type Verdict,
} from '../domain/verdict.ts';
import { defectOf, whereOf } from './finding-names.ts';

/** What a reader must not miss: that it is not enforced, relaxed, overridden. */
export function loudFacts({ enforced, relaxed, override }: Verdict): readonly string[] {
  return [
    ...(enforced ? [] : ['NOT ENFORCED: only reported, the gate opens whatever the verdict']),
    ...(relaxed.length > 0 ? [`relaxed by the policy: ${relaxed.join(', ')}`] : []),
    ...(override === undefined
      ? []
      : [`OVERRIDDEN by ${override.by} until ${showInstant(override.until)}: ${override.reason}`]),
  ];
}

/** The gate opens although the verdict is not GO: nothing that counts failures may stop for it. */
export function isLetThrough(verdict: Verdict): boolean {
  return verdict.verdict !== 'GO' && (!verdict.enforced || isOverridden(verdict));
}

/** What changed since the verdict before. */
export function sayChanges({ changes }: Verdict): readonly string[] {
  if (changes === undefined) return [];
  const { verdict, decidedAt, appeared, gone, otherPolicy } = changes;
  return [
    `the last verdict, ${showInstant(decidedAt)}, was ${verdict}${otherPolicy ? ', under another policy' : ''}`,
    ...(appeared.length > 0 ? [`blocks now and did not then: ${someOf(appeared.map(defectOf))}`] : []),
    ...(gone.length > 0
      ? [`blocked then and does not now: ${someOf(gone.map(({ defect }) => defect))}`]
      : []),
    ...(appeared.length + gone.length === 0 ? ['nothing else blocks than then'] : []),
  ];
}

const MOST_SAID = 5;

function someOf(texts: readonly string[]): string {
  const more = texts.length - MOST_SAID;
  return `${texts.slice(0, MOST_SAID).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What the verdict is about and by what it was judged, name by name. */
export function sayFacts(verdict: Verdict): readonly (readonly [name: string, text: string])[] {
  const { release, subject, scope, baseline, policy, mode, decidedAt, counts } = verdict;
  return [
    ['Release', release],
    ...(subject === undefined ? [] : [['Subject', saySubject(subject)] as const]),
    ['Scope', scope],
    ...(baseline === undefined ? [] : [['Baseline', baseline] as const]),
    ['Policy', `${policy}, ${mode} mode`],
    ['Decided', showInstant(decidedAt)],
    [
      'Findings',
      `${counts.open} open in scope, ${counts.inQuestion} in question, ${counts.setAside} set aside`,
    ],
  ];
}

export function saySubject({ name, sha256 }: NonNullable<Verdict['subject']>): string {
  return `${name}@sha256:${sha256}`;
}

/** The reasons that keep the gate shut, `severity: 2 findings at or above high`. */
export function sayWhy(reasons: readonly Reason[]): readonly string[] {
  return reasons.filter(({ effect }) => effect !== 'warn').map(({ rule, message }) => `${rule}: ${message}`);
}

/** `release: trivy is stale, 10 entries, 2 unreadable: older than 24 h`. */
export function sayEvidence({ source, role, state, required, ...run }: Evidence): string {
  const { observedAt, observations, rejected, reasons } = run;
  const parts = [
    `${role}: ${source} is ${state}${required ? '' : ' and not required'}`,
    ...(observedAt === undefined ? [] : [`observed ${showInstant(observedAt)}`]),
    `${observations} entries`,
    ...(rejected > 0 ? [`${rejected} unreadable`] : []),
  ];
  return `${parts.join(', ')}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`;
}

/** `waiver by ann until 2026-02-01 00:00 UTC: edge only`, and that it was not honoured where it was not. */
export function saySetAside({ kind, issuer, reason, until, honoured, note }: SetAsideEntry): string {
  const end = until === undefined ? '' : ` until ${showInstant(until)}`;
  const counts = honoured ? '' : ` (not honoured${note === undefined ? '' : `: ${note}`})`;
  return `${kind} by ${issuer}${end}: ${reason}${counts}`;
}

/** The version to go to; where it depends on the one installed, each step. */
export function targetOf(
  { to, moves = [], options, from }: Upgrade,
  installed: readonly string[] = from,
): string {
  if (to !== undefined) return to;
  const fitting = moves.filter((move) => installed.includes(move.from));
  const taken = fitting.length > 0 ? fitting : moves;
  const [only] = taken;
  if (only !== undefined && taken.length === 1) return only.to;
  if (taken.length > 0) return taken.map((move) => `${move.to} from ${move.from}`).join(', ');
  return options.length === 0
    ? 'a version without it'
    : options.length === 1
      ? `${options[0]} (whether it is above what is installed is not certain)`
      : `one of ${options.join(', ')} (their order is not certain)`;
}

export interface SaidStep {
  /** '' for what is to be done elsewhere. */
  readonly asset: string;
  readonly owner: string | undefined;
  readonly text: string;
}

/** Each step of the path to GO, then why upgrades are not enough, and how sure it is that no fewer will do. */
export function sayPath(verdict: Verdict): readonly SaidStep[] {
  const { upgrades, corrections, waivers, partial = [], evidence } = verdict.pathToGo;
  const owners = ownersOf(verdict);
  const step = (asset: string, text: string): SaidStep => ({ asset, owner: owners.get(asset), text });
  return [
    ...upgrades.map((upgrade) => step(upgrade.asset, sayUpgrade(upgrade))),
    ...corrections.map((finding) => step(finding.asset.name, `correct ${nameAndPlace(finding)}`)),
    ...waivers.map((finding) =>
      step(finding.asset.name, `waive ${nameAndPlace(finding)}; no fix is known that would help`),
    ),
    ...partial.map(({ asset, component, waivers: left, why }) =>
      step(asset, `${component} needs ${left} ${left === 1 ? 'waiver' : 'waivers'}: ${why}`),
    ),
    ...evidence.map((text) => step('', `bring evidence: ${text}`)),
  ];
}

/** Who owns the assets of the path, as far as somebody said who. */
export function ownersOf({ pathToGo: { upgrades, owners = [] } }: Verdict): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const { owner, assets } of owners) {
    if (owner !== undefined) for (const asset of assets) known.set(asset, owner);
  }
  for (const { owner, asset } of upgrades) if (owner !== undefined) known.set(asset, owner);
  return known;
}

/** Undefined where nothing has to be done, or an earlier version of the engine did not say. */
export function sayBound({ pathToGo: { isExact, bound } }: Verdict): string | undefined {
  if (bound === undefined || bound === 0) return undefined;
  const steps = `${bound} ${bound === 1 ? 'step' : 'steps'}`;
  return isExact === true
    ? 'there is no shorter path'
    : `not proved to be the shortest path; none that waives as little has fewer than ${steps}`;
}

function sayUpgrade(upgrade: Upgrade): string {
  const { component, from, findings } = upgrade;
  const installed = from.length > 0 ? ` ${from.join(', ')}` : '';
  const repaired = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
  return `upgrade ${component}${installed} to ${targetOf(upgrade)}; repairs ${repaired}`;
}

function nameAndPlace(finding: Finding): string {
  return [defectOf(finding), whereOf(finding)].filter(Boolean).join(' in ');
}
