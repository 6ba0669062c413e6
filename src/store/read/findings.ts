import { unpackAssessment } from '../../domain/assessment.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { Filter } from '../../domain/filter.ts';
import type { AssetId, Finding, FindingId, ObservationId, ObservationView } from '../../domain/finding.ts';
import { speakingOf } from '../../domain/merge.ts';
import { byCanonicalOrder } from '../../domain/names.ts';
import { noSeverities, severityOfCode } from '../../domain/severity.ts';
import type { AssetKind, Label } from '../../domain/statement.ts';
import { classOfCode, type DetailBody, type MainBody, parseDetail, parseMain } from '../core/rows.ts';
import type { Db } from '../db.ts';
import type { FindingCounts, FindingOrder, FindingPage, FindingQuery } from '../store.ts';
import { loadAdvisedFixes } from './advised-fixes.ts';
import { filterToSql, hideSeverity, namesAssets, TRUE } from './filter-sql.ts';
import { loadIntelligenceOf } from './intelligence.ts';
import {
  isNarrow,
  type Known,
  lookUp,
  questionsOf,
  type Sql,
  streamsAskedFor,
  wholeScopes,
} from './narrow.ts';
import { WALKABLE_STREAMS, walkStreams } from './walk-streams.ts';

export interface FindingRow {
  readonly id: number;
  readonly asset_id: number;
  readonly vulnerability_id: number;
  readonly class: number;
  readonly open: number;
  readonly severity: number;
  readonly score: number | null;
  readonly facts: number;
  readonly due_at: number | null;
  readonly occurrences: number;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly title: string | null;
  readonly defect_kind: string;
  readonly canonical: string;
  readonly epss: number | null;
  readonly kev: number;
  readonly subject_kind: string;
  readonly subject_key: string;
  readonly asset_kind: AssetKind;
  readonly asset_name: string;
}

const COLUMNS = `f.id, f.asset_id, f.vulnerability_id, f.class, f.open, f.severity, f.score, f.facts, f.due_at,
  f.occurrences, f.opened_at, f.closed_at, f.title, v.kind AS defect_kind, v.canonical, v.epss, v.kev,
  s.kind AS subject_kind, s.key AS subject_key, a.kind AS asset_kind, a.name AS asset_name`;

const JOINS = `JOIN vulnerability v ON v.id = f.vulnerability_id JOIN subject s ON s.id = f.subject_id
  JOIN asset a ON a.id = f.asset_id`;

const ORDERS = {
  severity: {
    column: 'f.severity',
    by: 'f.severity DESC, f.id',
    after: '(f.severity <= ? AND (f.severity < ? OR f.id > ?))',
  },
  opened: {
    column: 'f.opened_at',
    by: 'f.opened_at DESC, f.id',
    after: '(f.opened_at <= ? AND (f.opened_at < ? OR f.id > ?))',
  },
} as const satisfies Record<Exclude<FindingOrder, 'id'>, { column: string; by: string; after: string }>;

export async function listFindings(db: Db, query: FindingQuery): Promise<FindingPage> {
  const { ids, next } = await listIds(db, query);
  return { findings: await loadFindings(db, ids), next };
}

export interface IdPage {
  readonly ids: readonly number[];
  readonly next: string | undefined;
}

/** Which findings a page shows. Whoever has several readers can let each load a share of them. */
export async function listIds(db: Db, query: FindingQuery): Promise<IdPage> {
  const order = query.order ?? 'severity';
  const known = await lookUp(db, query.filter);
  const rows = order === 'id' ? await listById(db, query, known) : await listInOrder(db, order, query, known);
  const last = rows.at(-1);
  const next = last === undefined || rows.length < query.limit ? undefined : `${last.position}_${last.id}`;
  return { ids: rows.map(({ id }) => id), next };
}

interface Listed {
  readonly id: number;
  /** What the order goes by; 0: the id alone. */
  readonly position: number;
}

async function listInOrder(
  db: Db,
  order: 'severity' | 'opened',
  query: FindingQuery,
  known: Known,
): Promise<readonly Listed[]> {
  const where = await whereOf(db, query.filter, known);
  const { column, by, after } = ORDERS[order];
  const isLater = query.after === undefined ? TRUE : laterThan(after, parseCursor(query.after));
  return await db.all<Listed>(
    `SELECT f.id, ${column} AS position FROM finding f WHERE ${where.text} AND ${isLater.text} ORDER BY ${by} LIMIT ?`,
    [...where.parameters, ...isLater.parameters, query.limit],
  );
}

function laterThan(text: string, [value, id]: readonly [number, number]): Sql {
  return { text, parameters: [value, value, id] };
}

async function listById(db: Db, query: FindingQuery, known: Known): Promise<readonly Listed[]> {
  const [, after] = query.after === undefined ? [0, 0] : parseCursor(query.after);
  const isGathered = isNarrow(query.filter, known);
  if (isGathered) return await gathered(db, query, after, known);
  const where = await whereOf(db, query.filter, known);
  const streams = streamsAskedFor(query.filter, known);
  if (streams !== undefined && streams.length <= WALKABLE_STREAMS) {
    const ids = await walkStreams(db, streams, where, after, query.limit);
    return ids.map((id) => ({ id, position: 0 }));
  }
  // An index leads through what is open in this order.
  const rows = await db.all<{ id: number }>(
    `SELECT f.id FROM finding f WHERE ${hideSeverity(where.text)} AND f.id > ? ORDER BY f.id LIMIT ?`,
    [...where.parameters, after, query.limit],
  );
  return rows.map(({ id }) => ({ id, position: 0 }));
}

/** SQLite takes 500. */
const MOST_ARMS = 200;

/**
 * By id, a planner likes to walk the whole table until the page is full. What indexes answer is gathered first, one
 * question after the other and from the indexes alone, and then put in order.
 */
async function gathered(
  db: Db,
  { filter, limit }: FindingQuery,
  after: number,
  known: Known,
): Promise<readonly Listed[]> {
  const visible = await visibleBy(db, filter);
  const alternatives = questionsOf(filter);
  const asked = alternatives.length > MOST_ARMS ? [filter] : alternatives;
  if (asked.length === 0) return [];
  const questions = asked.map((one) => filterToSql(db, one, known));
  const arms = questions.map(
    ({ text }) => `SELECT f.id FROM finding f WHERE (${text})${visible} AND f.id > ?`,
  );
  const rows = await db.all<{ id: number }>(
    `WITH gathered AS MATERIALIZED (${arms.join(' UNION ALL ')})
     SELECT DISTINCT g.id FROM gathered g ORDER BY g.id LIMIT ?`,
    [...questions.flatMap(({ parameters }) => [...parameters, after]), limit],
  );
  return rows.map(({ id }) => ({ id, position: 0 }));
}

export async function countFindings(db: Db, filter: Filter): Promise<FindingCounts> {
  const known = wholeScopes(filter, await lookUp(db, filter));
  const where = await whereOf(db, filter, known);
  const rows = await db.all<{ severity: number; total: number }>(
    `SELECT f.severity, count(*) AS total FROM finding f WHERE ${where.text} GROUP BY f.severity`,
    where.parameters,
  );
  const bySeverity = noSeverities();
  for (const { severity, total } of rows) bySeverity[severityOfCode(severity)] += total;
  return { total: rows.reduce((sum, { total }) => sum + total, 0), bySeverity };
}

async function whereOf(db: Db, filter: Filter, known: Known): Promise<Sql> {
  const { text, parameters } = filterToSql(db, filter, known);
  const visible = await visibleBy(db, filter);
  return { text: visible === '' ? text : `(${text})${visible}`, parameters };
}

/** What is added to a condition so that retired assets show only where the filter names assets. */
async function visibleBy(db: Db, filter: Filter): Promise<string> {
  if (namesAssets(filter)) return '';
  const retired = await db.all<{ id: number }>(`SELECT id FROM asset WHERE state = 'retired' LIMIT 1`);
  return retired.length === 0 ? '' : ` AND f.asset_id NOT IN (SELECT id FROM asset WHERE state = 'retired')`;
}

function parseCursor(cursor: string): readonly [value: number, id: number] {
  const [value, id] = cursor.split('_').map(Number);
  if (value === undefined || id === undefined || !Number.isFinite(value) || !Number.isFinite(id)) {
    throw new GatehouseError(
      'input-invalid',
      `"${cursor.slice(0, 40)}" is not a cursor; start from the first page`,
    );
  }
  return [value, id];
}

/** In the order of `ids`. */
export async function loadFindings(db: Db, ids: readonly number[]): Promise<readonly Finding[]> {
  if (ids.length === 0) return [];
  const rows = new Map(
    (
      await db.all<FindingRow>(`SELECT ${COLUMNS} FROM finding f ${JOINS} WHERE f.id IN ${db.list('int')}`, [
        db.listValue(ids),
      ])
    ).map((row) => [row.id, row]),
  );
  const present = ids.filter((id) => rows.has(id));
  const views = await loadViews(db, present);
  const names = await loadNames(
    db,
    [...rows.values()]
      .filter((row) => row.defect_kind === 'vulnerability')
      .map((row) => row.vulnerability_id),
  );
  const advisedFixes = await loadAdvisedFixes(db, [...names.keys()]);
  const spokenOf = [...rows.values()].filter(({ epss, kev }) => epss !== null || kev > 0);
  const intelligence = await loadIntelligenceOf(
    db,
    new Map(spokenOf.map((row) => [row.vulnerability_id, names.get(row.vulnerability_id) ?? []])),
  );
  return present.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined
      ? []
      : [
          {
            ...toFinding(row, views.get(id) ?? [], names.get(row.vulnerability_id) ?? []),
            intelligence: intelligence.get(row.vulnerability_id),
            advisedFixes:
              row.subject_kind === 'component'
                ? advisedFixes(row.vulnerability_id, row.subject_key)
                : undefined,
          },
        ];
  });
}

function toFinding(row: FindingRow, views: readonly ObservationView[], names: readonly string[]): Finding {
  const isVulnerability = row.defect_kind === 'vulnerability';
  return {
    id: row.id as FindingId,
    class: classOfCode(row.class),
    vulnerability: isVulnerability ? row.canonical : undefined,
    aliases: isVulnerability ? names.filter((name) => name !== row.canonical) : [],
    rule: isVulnerability ? undefined : row.canonical,
    component: row.subject_kind === 'component' ? row.subject_key : undefined,
    location: row.subject_kind === 'location' ? row.subject_key : undefined,
    asset: { kind: row.asset_kind, name: row.asset_name },
    assetId: row.asset_id as AssetId,
    severity: severityOfCode(row.severity),
    score: row.score ?? undefined,
    title: row.title ?? undefined,
    state: row.open === 1 ? 'open' : 'resolved',
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
    dueAt: row.due_at ?? undefined,
    assessment: unpackAssessment(row.facts),
    occurrences: row.occurrences,
    ...shownOf(views),
    observations: views,
  };
}

/** What a finding shows of its observations. */
export function shownOf(views: readonly ObservationView[]): Pick<Finding, 'fixVersions' | 'sources'> {
  const speaking = speakingOf(views);
  return {
    fixVersions: [...new Set(speaking.flatMap((view) => view.fix?.versions ?? []))].sort(),
    sources: [...new Set(speaking.map((view) => view.source))].sort(),
  };
}

interface ViewRow {
  readonly finding_id: number;
  readonly observation_id: number;
  readonly live: number;
  readonly key: string;
  readonly source: string;
  readonly channel: string;
  readonly severity: number;
  readonly score: number | null;
  readonly facts: number;
  readonly main: string;
  readonly detail: string | null;
}

async function loadViews(db: Db, findings: readonly number[]): Promise<Map<number, ObservationView[]>> {
  const rows = await db.all<ViewRow>(
    `SELECT c.finding_id, c.observation_id, c.live, o.key, st.source, st.channel, o.severity, o.score, o.facts,
            m.body AS main, d.body AS detail
     FROM claim c JOIN observation o ON o.id = c.observation_id JOIN stream st ON st.id = o.stream_id
       JOIN revision m ON m.id = o.main_revision LEFT JOIN revision d ON d.id = o.detail_revision
     WHERE c.finding_id IN ${db.list('int')} ORDER BY c.finding_id, c.id`,
    [db.listValue(findings)],
  );
  const views = new Map<number, ObservationView[]>();
  for (const row of oncePerObservation(rows)) {
    const view = toView(row, parseMain(row.main), row.detail === null ? undefined : parseDetail(row.detail));
    const list = views.get(row.finding_id);
    if (list === undefined) views.set(row.finding_id, [view]);
    else list.push(view);
  }
  return views;
}

/** An observation that claims a finding by two of its names is one view, live while either claim is. */
function oncePerObservation(rows: readonly ViewRow[]): readonly ViewRow[] {
  const views = new Map<string, ViewRow>();
  for (const row of rows) {
    const key = `${row.finding_id} ${row.observation_id}`;
    if (!views.has(key) || row.live === 1) views.set(key, row);
  }
  return [...views.values()];
}

function toView(row: ViewRow, main: MainBody, detail: DetailBody | undefined): ObservationView {
  return {
    id: row.observation_id as ObservationId,
    source: row.source,
    channel: row.channel,
    key: row.key,
    live: row.live === 1,
    severity: severityOfCode(row.severity),
    score: row.score ?? undefined,
    assessment: unpackAssessment(row.facts),
    ...contentOf(main, detail),
  };
}

/** What a view shows of the bodies of its observation alone. */
export function contentOf(
  main: MainBody,
  detail: DetailBody | undefined,
): Pick<ObservationView, 'setAside' | 'labels' | 'versions' | 'imageVersions' | 'fix'> {
  const labels: readonly Label[] = detail === undefined ? main.labels : [...main.labels, ...detail.labels];
  const versions = main.occurrences.flatMap(({ version }) => version ?? []);
  if (main.component?.version !== undefined) versions.push(main.component.version);
  return {
    setAside: main.setAside,
    labels,
    versions: [...new Set(versions)],
    ...imagesOf(main),
    fix: mergeFixes(main, detail),
  };
}

/** Most entries are of no image. */
function imagesOf({ occurrences }: MainBody): Pick<ObservationView, 'imageVersions'> {
  const versions = occurrences.flatMap(({ imageVersion }) => imageVersion ?? []);
  return versions.length === 0 ? {} : { imageVersions: [...new Set(versions)] };
}

function mergeFixes(main: MainBody, detail: DetailBody | undefined): ObservationView['fix'] {
  if (main.fix === undefined || detail?.fix === undefined) return main.fix ?? detail?.fix;
  return {
    versions: [...new Set([...main.fix.versions, ...detail.fix.versions])],
    text: main.fix.text ?? detail.fix.text,
  };
}

/** All names of these vulnerabilities, in the order people see them. */
async function loadNames(db: Db, vulnerabilities: readonly number[]): Promise<Map<number, string[]>> {
  const rows = await db.all<{ name: string; vulnerability_id: number }>(
    `SELECT name, vulnerability_id FROM name WHERE vulnerability_id IN ${db.list('int')}`,
    [db.listValue([...new Set(vulnerabilities)])],
  );
  const names = new Map<number, string[]>();
  for (const { name, vulnerability_id } of rows) {
    const list = names.get(vulnerability_id);
    if (list === undefined) names.set(vulnerability_id, [name]);
    else list.push(name);
  }
  for (const list of names.values()) list.sort(byCanonicalOrder);
  return names;
}
