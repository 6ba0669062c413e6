import type { Episode, FindingDetail, FindingId } from '../../domain/finding.ts';
import { byPrecedence, speakingOf } from '../../domain/merge.ts';
import { type Severity, severityCode, UNKNOWN_CODE } from '../../domain/severity.ts';
import { parseAbout, parseDetail, parseMain } from '../core/rows.ts';
import type { Db } from '../db.ts';
import { loadFindings } from './findings.ts';
import { loadWorstAdvisory } from './ratings.ts';

interface Row {
  readonly live: number;
  readonly source: string;
  readonly key: string;
  /** What breaks ties; for people there is `sayWho`. */
  readonly tie: string;
  readonly main: string;
  readonly detail: string | null;
  readonly about: string;
  readonly detail_about: string | null;
}

interface Speaker {
  readonly live: boolean;
  readonly tie: string;
  readonly severity: number;
  readonly score: number | null;
  readonly row: Row;
}

/** Everything about one finding, each shown value with the observation it came from. */
export async function loadDetail(db: Db, id: FindingId): Promise<FindingDetail | undefined> {
  const [finding] = await loadFindings(db, [id]);
  if (finding === undefined) return undefined;
  const rows = await db.all<Row>(
    `SELECT c.live, s.source, o.key, s.source || ' ' || s.category || ' ' || s.channel || ' ' || o.key AS tie, m.body AS main,
            d.body AS detail, a.content AS about, da.content AS detail_about
     FROM claim c JOIN observation o ON o.id = c.observation_id JOIN stream s ON s.id = o.stream_id
       JOIN revision m ON m.id = o.main_revision JOIN about a ON a.id = m.about_id
       LEFT JOIN revision d ON d.id = o.detail_revision LEFT JOIN about da ON da.id = d.about_id
     WHERE c.finding_id = ? ORDER BY c.id`,
    [id],
  );
  const speakers = oncePerObservation(rows).map((row): Speaker => {
    const { severity, score } = parseMain(row.main);
    return {
      live: row.live === 1,
      tie: row.tie,
      severity: severityCode(severity),
      score: score ?? null,
      row,
    };
  });
  const ranked = [...speakingOf(speakers)].sort(byPrecedence);
  const described = ranked.map(({ row }) => ({ text: descriptionOf(row), who: sayWho(row) }));
  const description = described.find(({ text }) => text !== undefined);
  const isAdvised = finding.severity !== 'unknown' && ranked[0]?.severity === UNKNOWN_CODE;
  return {
    ...finding,
    description: description?.text,
    origin: {
      ...originOf(ranked, finding.severity, description?.who),
      ...(isAdvised ? await advisedOrigin(db, id) : {}),
    },
    where: ranked.flatMap(({ row }) => whereOf(row)),
    episodes: await loadEpisodes(db, id),
  };
}

/** No observation knows it, so an advisory said it. */
async function advisedOrigin(db: Db, id: FindingId): Promise<Readonly<Record<string, string>>> {
  const advisory = await loadWorstAdvisory(db, id);
  return advisory === undefined ? {} : { severity: `advisory ${advisory}`, score: `advisory ${advisory}` };
}

function oncePerObservation(rows: readonly Row[]): readonly Row[] {
  const spoken = new Map<string, Row>();
  for (const row of rows) if (!spoken.has(row.tie) || row.live === 1) spoken.set(row.tie, row);
  return [...spoken.values()];
}

/** The source, and what it calls the entry. */
function sayWho({ source, key }: Row): string {
  return `${source} ${key}`;
}

function titleOf(row: Row): string | undefined {
  const fromDetail = row.detail_about === null ? undefined : parseAbout(row.detail_about).title;
  return parseAbout(row.about).title ?? fromDetail;
}

function descriptionOf(row: Row): string | undefined {
  const fromDetail = row.detail_about === null ? undefined : parseAbout(row.detail_about).description;
  return fromDetail ?? parseAbout(row.about).description;
}

function whereOf(row: Row): FindingDetail['where'] {
  const detailed = row.detail === null ? [] : parseDetail(row.detail).occurrences;
  return detailed.length > 0 ? detailed : parseMain(row.main).occurrences;
}

function originOf(
  ranked: readonly Speaker[],
  severity: Severity,
  description: string | undefined,
): Readonly<Record<string, string>> {
  const lead = ranked.find((one) => one.severity === severityCode(severity));
  const titled = ranked.find(({ row }) => titleOf(row) !== undefined);
  const fixed = ranked.find(({ row }) => {
    const main = parseMain(row.main).fix;
    return main !== undefined || (row.detail !== null && parseDetail(row.detail).fix !== undefined);
  });
  const who = (one: Speaker | undefined): string | undefined => one && sayWho(one.row);
  const origin = { severity: who(lead), score: who(lead), title: who(titled), description, fix: who(fixed) };
  return Object.fromEntries(
    Object.entries(origin).flatMap(([name, said]) => (said === undefined ? [] : [[name, said]])),
  );
}

export async function loadEpisodes(db: Db, id: FindingId): Promise<readonly Episode[]> {
  const rows = await db.all<{ opened_at: number; closed_at: number | null; reason: string | null }>(
    'SELECT opened_at, closed_at, reason FROM episode WHERE finding_id = ? ORDER BY opened_at',
    [id],
  );
  return rows.map((row) => ({
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
    reason: (row.reason ?? undefined) as Episode['reason'],
  }));
}
