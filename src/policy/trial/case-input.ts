/** From a case to what is judged: what a case does not say is ordinary. */
import type { AssetId, Finding, FindingId, ObservationId, ObservationView } from '../../domain/finding.ts';
import type { Policy } from '../../domain/policy.ts';
import { noSeverities } from '../../domain/severity.ts';
import type { Evidence } from '../../domain/verdict.ts';
import type { DecideInput } from '../decide.ts';
import { A_THURSDAY, type Case, type CaseFinding, type CaseObservation } from './case.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function inputOf(one: Case, policy: Policy): DecideInput {
  const number = numbering();
  const findings = one.findings.map((finding) => toFinding(finding, number));
  const baseline = one.baseline?.map((finding) => toFinding(finding, number));
  const bySeverity = noSeverities();
  const open = findings.filter(({ state }) => state === 'open');
  for (const { severity } of open) bySeverity[severity] += 1;
  return {
    release: 'shop 2.0',
    policy,
    mode: one.mode,
    scope: one.scope,
    baselineScope: one.baselineScope,
    now: one.now,
    evidence: evidenceOf(one),
    candidates: findings,
    baseline,
    vex: one.vex,
    intelligence: one.intelligence,
    outdated: one.outdated,
    owners: one.owners && ownersOf(findings, one.owners),
    counts: { open: open.length, bySeverity },
    fromScans: one.judgedScans,
  };
}

/** Numbers as a store gives them: each thing its own, each asset one. */
interface Numbering {
  next(): number;
  asset(key: string): AssetId;
}

function numbering(): Numbering {
  let last = 0;
  const assets = new Map<string, number>();
  return {
    next: () => {
      last += 1;
      return last;
    },
    asset: (key) => {
      const id = assets.get(key) ?? assets.size + 1;
      assets.set(key, id);
      return id as AssetId;
    },
  };
}

/** A complete run, an hour old. */
function evidenceOf({ evidence, baseline }: Case): readonly Evidence[] {
  const said = evidence ?? [
    { source: 'trivy' },
    ...(baseline === undefined ? [] : [{ source: 'trivy', role: 'baseline' as const }]),
  ];
  return said.map((one) => ({
    role: 'release',
    state: 'complete',
    required: true,
    observedAt: A_THURSDAY - HOUR_MS,
    observations: 10,
    rejected: 0,
    reasons: [],
    ...one,
  }));
}

function ownersOf(
  findings: readonly Finding[],
  names: Readonly<Record<string, string>>,
): readonly (readonly [AssetId, string])[] {
  const owners = findings.flatMap(({ assetId, asset }) => {
    const owner = Object.hasOwn(names, asset.name) ? names[asset.name] : undefined;
    return owner === undefined ? [] : [[assetId, owner] as const];
  });
  return [...new Map(owners)];
}

/**
 * An open vulnerability on one component of one image, seen once. A finding of a rule has no vulnerability and no component
 * unless they are given.
 */
function toFinding(given: CaseFinding, number: Numbering): Finding {
  const { seenBy, function: usage, exposure, data, exploit, epss, epssPercentile, kev } = given;
  const asset = given.asset ?? { kind: 'image', name: 'registry/shop' };
  const severity = given.severity ?? 'medium';
  const assessment = { ...usage, exposure, dataAssets: data, exploit };
  const state = given.state ?? 'open';
  const { source, channel, entry, versions, labels, setAside, score } = given;
  const observations =
    seenBy === undefined
      ? [
          toObservation(
            { source, channel, entry, versions, labels, setAside, severity, live: state === 'open' },
            { assessment, score },
            number,
          ),
        ]
      : seenBy.map((seen) =>
          toObservation({ severity: given.severity, function: usage, ...seen }, {}, number),
        );
  const isOfRule = given.rule !== undefined;
  return {
    id: number.next() as FindingId,
    class: isOfRule ? 'code' : 'vulnerability',
    vulnerability: given.vulnerability ?? (isOfRule ? undefined : 'CVE-2024-0001'),
    aliases: given.aliases ?? [],
    rule: given.rule,
    component: Object.hasOwn(given, 'component') ? given.component : isOfRule ? undefined : 'pkg:npm/lodash',
    location: given.location ?? (isOfRule ? 'src/server.ts' : undefined),
    asset,
    assetId: number.asset(`${asset.kind} ${asset.name}`),
    severity,
    score,
    state,
    openedAt: given.openedAt ?? A_THURSDAY - 10 * DAY_MS,
    dueAt: given.dueAt,
    assessment,
    intelligence: {
      epss: epss === undefined ? undefined : { probability: epss, percentile: epssPercentile },
      kev: kev && { addedAt: A_THURSDAY, isRansomware: kev === 'ransomware' },
    },
    fixVersions: given.fixVersions ?? [],
    advisedFixes:
      given.advisedFixes &&
      Object.entries(given.advisedFixes).map(([advisory, versions]) => ({ advisory, versions })),
    occurrences: 1,
    sources: [...new Set(observations.map((view) => view.source))],
    observations,
  };
}

/** One live observation by `trivy`, the only one of its entry. */
function toObservation(
  seen: CaseObservation,
  { assessment, score }: Pick<Partial<ObservationView>, 'assessment' | 'score'>,
  number: Numbering,
): ObservationView {
  const id = number.next();
  const { fixedIn, fixText } = seen;
  return {
    id: id as ObservationId,
    source: seen.source ?? 'trivy',
    channel: seen.channel ?? '',
    key: seen.entry ?? `entry-${id}`,
    live: seen.live ?? true,
    severity: seen.severity ?? 'medium',
    score,
    assessment: assessment ?? seen.function ?? {},
    setAside: seen.setAside ?? [],
    labels: seen.labels ?? [],
    versions: seen.versions ?? ['1.0.0'],
    fix:
      fixedIn === undefined && fixText === undefined ? undefined : { versions: fixedIn ?? [], text: fixText },
  };
}
