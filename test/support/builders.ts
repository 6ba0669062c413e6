/** Builders for tests: each gives something ordinary, and the test names only what matters to it. */
import type {
  AssetId,
  Finding,
  FindingId,
  ObservationId,
  ObservationView,
} from '../../src/domain/finding.ts';
import { noSeverities } from '../../src/domain/severity.ts';
import type { AssetRef } from '../../src/domain/statement.ts';
import type { Evidence } from '../../src/domain/verdict.ts';
import type { VexStatement } from '../../src/domain/vex.ts';
import type { Waiver } from '../../src/domain/waiver.ts';

/** Thursday, in the middle of everything the builders make. */
export const NOW = Date.UTC(2026, 0, 15);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

let last = 0;
function nextId(): number {
  last += 1;
  return last;
}

const assetIds = new Map<string, number>();
function assetIdOf({ kind, name }: AssetRef): AssetId {
  const key = `${kind} ${name}`;
  const id = assetIds.get(key) ?? assetIds.size + 1;
  assetIds.set(key, id);
  return id as AssetId;
}

/** One live observation by `trivy`, the only one of its entry. */
export function anObservationView(facts: Partial<ObservationView> = {}): ObservationView {
  const id = facts.id ?? (nextId() as ObservationId);
  return {
    id,
    source: 'trivy',
    channel: '',
    key: `entry-${id}`,
    live: true,
    severity: 'medium',
    assessment: {},
    setAside: [],
    labels: [],
    versions: ['1.0.0'],
    ...facts,
  };
}

/** What can be said of a finding through the one observation that it gets when none are given. */
type ThroughObservation = Pick<
  ObservationView,
  'source' | 'channel' | 'key' | 'setAside' | 'labels' | 'versions'
>;

/**
 * An open vulnerability on one component of one image, seen once. A finding of a `rule` has no vulnerability and no
 * component unless they are given.
 */
export function aFinding(facts: Partial<Finding & ThroughObservation> = {}): Finding {
  const { source, channel, key, setAside, labels, versions, ...given } = facts;
  const asset = given.asset ?? { kind: 'image', name: 'registry/shop' };
  const severity = given.severity ?? 'medium';
  const assessment = given.assessment ?? {};
  const through = Object.fromEntries(
    Object.entries({ source, channel, key, setAside, labels, versions }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const isLive = (given.state ?? 'open') === 'open';
  const observations = given.observations ?? [
    anObservationView({ severity, assessment, score: given.score, live: isLive, ...through }),
  ];
  const about =
    given.rule === undefined
      ? { class: 'vulnerability' as const, vulnerability: 'CVE-2024-0001', component: 'pkg:npm/lodash' }
      : { class: 'code' as const, location: 'src/server.ts' };
  return {
    ...about,
    id: nextId() as FindingId,
    aliases: [],
    asset,
    assetId: assetIdOf(asset),
    severity,
    state: 'open',
    openedAt: NOW - 10 * DAY_MS,
    assessment,
    fixVersions: [],
    occurrences: 1,
    sources: [...new Set(observations.map((view) => view.source))],
    observations,
    ...given,
  };
}

/** A complete run of the release, an hour old. */
export function someEvidence(facts: Partial<Evidence> = {}): Evidence {
  return {
    source: 'trivy',
    role: 'release',
    state: 'complete',
    required: true,
    observedAt: NOW - HOUR_MS,
    observations: 10,
    rejected: 0,
    reasons: [],
    ...facts,
  };
}

/** Holds for 30 more days; without a selector of its own it is for CVE-2024-0001. */
export function aWaiver(facts: Partial<Waiver> = {}): Waiver {
  const { vulnerability, component, asset, rule, scope } = facts;
  const selects = [vulnerability, component, asset, rule, scope].some((one) => one !== undefined);
  return {
    id: 'W-1',
    ...(selects ? {} : { vulnerability: 'CVE-2024-0001' }),
    by: 'ann@example.com',
    reason: 'not reachable from outside',
    until: NOW + 30 * DAY_MS,
    ...facts,
  };
}

export function aVexStatement(facts: Partial<VexStatement> = {}): VexStatement {
  return {
    vulnerability: 'CVE-2024-0001',
    status: 'not-affected',
    issuer: 'product-security',
    reason: 'vulnerable code not present',
    fromJudgedScans: false,
    ...facts,
  };
}

/** Counts as a store gives them for these findings. */
export function countsOf(findings: readonly Finding[]): {
  readonly open: number;
  readonly bySeverity: ReturnType<typeof noSeverities>;
} {
  const bySeverity = noSeverities();
  const open = findings.filter(({ state }) => state === 'open');
  for (const { severity } of open) bySeverity[severity] += 1;
  return { open: open.length, bySeverity };
}
