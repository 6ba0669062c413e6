/** What a store shows, read through its contract and put in the reference model's words. */
import assert from 'node:assert/strict';
import { ANY_FINDING } from '../../src/domain/filter.ts';
import type { Finding, FindingDetail, FindingId, ObservationView } from '../../src/domain/finding.ts';
import type { StoreReader } from '../../src/store/store.ts';
import {
  byIdentity,
  byView,
  identityOf,
  type ModelAsOf,
  type ModelFinding,
  type ModelObservation,
  statedOnly,
} from './reference-model.ts';

/** Small, so that every snapshot is paged. */
const PAGE = 5;

export async function listed(reader: StoreReader): Promise<readonly Finding[]> {
  const all: Finding[] = [];
  let after: string | undefined;
  do {
    const page = await reader.findings({ filter: ANY_FINDING, order: 'id', limit: PAGE, after });
    all.push(...page.findings);
    after = page.next;
  } while (after !== undefined);
  return all;
}

export interface Snapshot {
  readonly findings: readonly ModelFinding[];
  readonly identities: ReadonlyMap<FindingId, string>;
}

export async function snapshotOf(reader: StoreReader): Promise<Snapshot> {
  const details: FindingDetail[] = [];
  for (const finding of await listed(reader)) {
    const detail = await reader.finding(finding.id);
    assert.ok(detail !== undefined, `finding ${finding.id} is in the list and cannot be read`);
    assert.deepEqual(inCommon(detail), inCommon(finding), 'the list and the finding itself say the same');
    assert.deepEqual(await reader.episodes(finding.id), detail.episodes);
    details.push(detail);
  }
  const shown = details.map((detail) => ({ id: detail.id, finding: inModelWords(detail) }));
  return {
    findings: shown.map(({ finding }) => finding).sort(byIdentity),
    identities: new Map(shown.map(({ id, finding }) => [id, identityOf(finding)])),
  };
}

function inCommon(finding: Finding): Partial<FindingDetail> {
  const { description, origin, where, episodes, ...common }: Partial<FindingDetail> = finding;
  return common;
}

function inModelWords(finding: FindingDetail): ModelFinding {
  const { vulnerability, rule, aliases } = finding;
  const [name = ''] = [vulnerability, rule].filter((one) => one !== undefined);
  const { asset, episodes, score, title, dueAt, component, location, closedAt } = finding;
  return {
    names: [name, ...[...aliases].sort()],
    isRule: rule !== undefined,
    class: finding.class,
    ...statedOnly({ component, location, closedAt, score, title, dueAt }),
    asset: { kind: asset.kind, name: asset.name },
    state: finding.state,
    openedAt: finding.openedAt,
    episodes: episodes.map(statedOnly),
    severity: finding.severity,
    assessment: statedOnly(finding.assessment),
    fixVersions: finding.fixVersions,
    occurrences: finding.occurrences,
    ...inTheWorld(finding),
    sources: finding.sources,
    observations: finding.observations.map(viewInModelWords).sort(byView),
  };
}

function inTheWorld({ intelligence }: Finding): Pick<ModelFinding, 'intelligence'> {
  if (intelligence === undefined) return {};
  const { epss, kev } = intelligence;
  return {
    intelligence: statedOnly({ epss: epss && statedOnly(epss), kev: kev && statedOnly(kev) }),
  };
}

function viewInModelWords(view: ObservationView): ModelObservation {
  const { source, channel, key, live, severity, score, labels } = view;
  return {
    source,
    channel,
    key,
    live,
    severity,
    ...statedOnly({ score }),
    assessment: statedOnly(view.assessment),
    labels: [...new Set(labels.map(({ kind, id }) => `${kind}:${id}`))].sort(),
  };
}

/** What the store says was open at a moment, by what the findings are about. */
export async function openAtOf(
  reader: StoreReader,
  { identities }: Snapshot,
  at: number,
): Promise<readonly ModelAsOf[]> {
  const open = await reader.openAt(at);
  const stood = await reader.findingsAt(
    open.map(({ finding }) => finding),
    at,
  );
  assert.deepEqual(
    stood.map(({ id, severity, openedAt }) => ({ finding: id, severity, openedAt })),
    open,
  );
  return open
    .map(({ finding, severity, openedAt }) => ({
      finding: identities.get(finding) ?? `finding ${finding}, which no list has`,
      severity,
      openedAt,
    }))
    .sort((a, b) => (a.finding < b.finding ? -1 : 1));
}

/** As of a moment after everything, findings stand as they are. */
export async function assertStandsAsShown(reader: StoreReader, at: number): Promise<void> {
  const shown = (await listed(reader)).filter(({ state }) => state === 'open');
  const ids = shown.map(({ id }) => id);
  assert.deepEqual(await reader.findingsAt(ids, at), shown);
}
