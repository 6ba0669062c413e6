import type { AssetState, Criticality } from '../../domain/asset.ts';
import type { AssetId, FindingId } from '../../domain/finding.ts';
import type { AssetKind } from '../../domain/statement.ts';
import type { Db } from '../db.ts';
import type { AssetView, StoreReader } from '../store.ts';
import { openAt } from './as-of.ts';
import { loadDecisionTables } from './decision-tables.ts';
import { loadDetail, loadEpisodes } from './detail.ts';
import { loadExplanation } from './explain.ts';
import { countFindings, listFindings } from './findings.ts';
import { loadHistory, loadLearned } from './history.ts';
import { loadIntelligence, namesWith } from './intelligence.ts';
import { findingsAt } from './past-findings.ts';
import { latestRuns, loadRejects, loadRun, seenEntries } from './runs.ts';
import { statedLabels } from './stated-labels.ts';
import { loadTriage, loadTriaged } from './triage.ts';
import { listBaselines, listVerdicts, loadArtefact, loadVerdict } from './verdicts.ts';
import { loadVexDocuments } from './vex.ts';
import { loadWaivers } from './waivers.ts';

/** The read-only face, over either database. */
export function createReader(db: Db): StoreReader {
  return {
    findings: (query) => listFindings(db, query),
    count: (filter) => countFindings(db, filter),
    finding: (id) => loadDetail(db, id),
    explanation: (id) => loadExplanation(db, id),
    episodes: (id) => loadEpisodes(db, id),
    triage: (id) => loadTriage(db, id),
    triaged: (ids) => loadTriaged(db, ids),
    history: (id) => loadHistory(db, id),
    learned: (query) => loadLearned(db, query),
    intelligence: (name) => loadIntelligence(db, name),
    vexDocuments: () => loadVexDocuments(db),
    decisionTables: (names) => loadDecisionTables(db, names),
    namesWith: (kind) => namesWith(db, kind),
    openAt: (validAt) => openAt(db, validAt),
    findingsAt: (ids, validAt) => findingsAt(db, ids, validAt),
    assets: () => listAssets(db),
    owners: () => loadOwners(db),
    latestRuns: (asked) => latestRuns(db, asked ?? {}),
    statedLabels: (wanted) => statedLabels(db, wanted),
    run: (id) => loadRun(db, id),
    cursor: (source) => loadCursor(db, source),
    seen: (stream, keys) => seenEntries(db, stream, keys),
    rejects: (id) => loadRejects(db, id),
    verdict: (id) => loadVerdict(db, id),
    verdicts: (query) => listVerdicts(db, query),
    baselines: (name) => listBaselines(db, name),
    artefact: (digest) => loadArtefact(db, digest),
    waivers: (id) => loadWaivers(db, id),
    resolveId: (id) => resolveId(db, id),
  };
}

async function loadCursor(db: Db, source: string): Promise<string | undefined> {
  const [row] = await db.find<{ cursor: string }>('source_cursor', ['source'], ['cursor'], [[source]]);
  return row?.cursor;
}

async function listAssets(db: Db): Promise<readonly AssetView[]> {
  interface Row {
    readonly id: number;
    readonly kind: AssetKind;
    readonly name: string;
    readonly state: AssetState;
    readonly owner: string | null;
    readonly criticality: Criticality;
    readonly open: number;
  }
  const rows = await db.all<Row>(
    `SELECT a.id, a.kind, a.name, a.state, a.owner, a.criticality,
            (SELECT count(*) FROM finding f WHERE f.asset_id = a.id AND f.open = 1) AS open
     FROM asset a ORDER BY a.kind, a.name`,
  );
  return rows.map((row) => ({
    id: row.id as AssetId,
    asset: { kind: row.kind, name: row.name },
    state: row.state,
    owner: row.owner ?? undefined,
    criticality: row.criticality,
    open: row.open,
  }));
}

async function loadOwners(db: Db): Promise<readonly (readonly [AssetId, string])[]> {
  const rows = await db.all<{ id: AssetId; owner: string }>(
    'SELECT id, owner FROM asset WHERE owner IS NOT NULL ORDER BY id',
  );
  return rows.map(({ id, owner }) => [id, owner] as const);
}

async function resolveId(db: Db, id: FindingId): Promise<FindingId | undefined> {
  let current: number | undefined = id;
  const seen = new Set<number>();
  while (current !== undefined && !seen.has(current)) {
    seen.add(current);
    const [known] = await db.find('finding', ['id'], ['id'], [[current]]);
    if (known !== undefined) return current as FindingId;
    const [row]: { other_id: number }[] = await db.all<{ other_id: number }>(
      `SELECT other_id FROM lineage WHERE finding_id = ? AND kind = 'merged-into'`,
      [current],
    );
    current = row?.other_id;
  }
  return undefined;
}
