/** Why a finding is one: who says that its names are of one vulnerability, and which findings were merged into it. */
import type { Explanation, NameLink } from '../../domain/explanation.ts';
import type { FindingId } from '../../domain/finding.ts';
import { parseMain } from '../core/rows.ts';
import type { Db } from '../db.ts';
import { PARTS } from '../schema.ts';

/** Of thousands of entries that could have said it, how many are asked. */
const MOST_WITNESSES = 5000;

export async function loadExplanation(db: Db, id: FindingId): Promise<Explanation | undefined> {
  const [finding] = await db.all<{ vulnerability_id: number }>(
    'SELECT vulnerability_id FROM finding WHERE id = ?',
    [id],
  );
  if (finding === undefined) return undefined;
  const vulnerability = finding.vulnerability_id;
  const own = await db.all<{ id: number }>('SELECT id FROM name WHERE vulnerability_id = ?', [vulnerability]);
  const ids = own.map((row) => row.id);
  const advisories = await advisoryLinks(db, ids);
  const judged = new Set(advisories.map(({ pair }) => pair));
  const said = (await saidAliases(db, ids)).filter(({ pair }) => !judged.has(pair));
  const witnesses = await witnessesOf(db, vulnerability);
  const links = [
    ...advisories.map(({ link }) => link),
    ...said.map(({ name, other, key }): NameLink => ({ name, other, holds: true, by: witnesses.get(key) })),
  ];
  return { links: links.sort(byNames), lineage: await lineageOf(db, id) };
}

interface EdgeRow {
  readonly name_id: number;
  readonly alias_id: number;
  readonly name: string;
  readonly other: string;
}

interface AdvisoryRow extends EdgeRow {
  readonly stated: number;
  readonly source: string;
  readonly modified_at: number;
}

/** A pair that one advisory states and another denies holds. */
async function advisoryLinks(
  db: Db,
  names: readonly number[],
): Promise<readonly { readonly pair: string; readonly link: NameLink }[]> {
  const rows = await db.all<AdvisoryRow>(
    `SELECT e.name_id, e.alias_id, e.stated, n.name, m.name AS other, a.source, a.modified_at
     FROM advisory_alias e JOIN name n ON n.id = e.name_id JOIN name m ON m.id = e.alias_id
       JOIN advisory a ON a.name_id = e.name_id
     WHERE e.name_id IN ${db.list('int')} OR e.alias_id IN ${db.list('int')}`,
    [db.listValue(names), db.listValue(names)],
  );
  const stated = new Set(rows.filter((row) => row.stated === 1).map(pairOf));
  return rows
    .filter((row) => row.stated === 1 || !stated.has(pairOf(row)))
    .map((row) => ({
      pair: pairOf(row),
      link: {
        name: row.name,
        other: row.other,
        holds: row.stated === 1,
        by: { kind: 'advisory', advisory: row.name, source: row.source, modifiedAt: row.modified_at },
      },
    }));
}

async function saidAliases(
  db: Db,
  names: readonly number[],
): Promise<
  readonly { readonly pair: string; readonly key: string; readonly name: string; readonly other: string }[]
> {
  const rows = await db.all<EdgeRow>(
    `SELECT e.name_id, e.alias_id, n.name, m.name AS other
     FROM alias e JOIN name n ON n.id = e.name_id JOIN name m ON m.id = e.alias_id
     WHERE e.name_id IN ${db.list('int')}`,
    [db.listValue(names)],
  );
  return rows.map((row) => ({
    pair: pairOf(row),
    key: `${row.name} ${row.other}`,
    name: row.name,
    other: row.other,
  }));
}

function pairOf({ name_id, alias_id }: EdgeRow): string {
  return name_id < alias_id ? `${name_id} ${alias_id}` : `${alias_id} ${name_id}`;
}

/** The first entry that called the one also the other. */
async function witnessesOf(db: Db, vulnerability: number): Promise<ReadonlyMap<string, NameLink['by']>> {
  const rows = await db.all<{ source: string; key: string; body: string; valid_at: number }>(
    `SELECT s.source, o.key, r.body, r.valid_at
     FROM finding f JOIN claim c ON c.finding_id = f.id JOIN observation o ON o.id = c.observation_id
       JOIN stream s ON s.id = o.stream_id JOIN revision r ON r.observation_id = o.id AND r.part = ${PARTS.main}
     WHERE f.vulnerability_id = ? ORDER BY r.valid_at, r.id LIMIT ${MOST_WITNESSES}`,
    [vulnerability],
  );
  const first = new Map<string, NameLink['by']>();
  for (const { source, key, body, valid_at } of rows) {
    for (const { names } of parseMain(body).defects) {
      const [name, ...others] = names;
      for (const other of others) {
        const pair = `${name} ${other}`;
        if (!first.has(pair)) first.set(pair, { kind: 'entry', source, key, at: valid_at });
      }
    }
  }
  return first;
}

/** Also of what was merged into those that were merged into it. */
async function lineageOf(db: Db, id: FindingId): Promise<Explanation['lineage']> {
  interface Row {
    readonly finding_id: number;
    readonly kind: 'merged-into' | 'split-from';
    readonly other_id: number;
  }
  const rows = await db.all<Row>(
    'SELECT finding_id, kind, other_id FROM lineage ORDER BY finding_id, other_id',
  );
  const reached = new Set<number>([id]);
  const found: Explanation['lineage'][number][] = rows
    .filter((row) => row.kind === 'split-from' && row.finding_id === id)
    .map((row) => ({ kind: 'split-from', finding: row.other_id as FindingId }));
  for (const goal of reached) {
    for (const row of rows) {
      if (row.kind !== 'merged-into' || row.other_id !== goal || reached.has(row.finding_id)) continue;
      reached.add(row.finding_id);
      found.push({ kind: 'merged-in', finding: row.finding_id as FindingId });
    }
  }
  return found;
}

function byNames(a: NameLink, b: NameLink): number {
  return compare(a.name, b.name) || compare(a.other, b.other);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
