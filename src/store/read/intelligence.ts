import type { IntelligenceRecord } from '../../domain/intelligence.ts';
import { type Intelligence, IntelligenceFact, mergeIntelligence } from '../../domain/intelligence.ts';
import { normaliseName } from '../../domain/names.ts';
import type { Db } from '../db.ts';

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly value: string | null;
  readonly valid_at: number;
}

/** Every change of what was said of a name, oldest first. */
export async function loadIntelligence(db: Db, name: string): Promise<readonly IntelligenceRecord[]> {
  const rows = await db.all<Row & { recorded_at: number }>(
    `SELECT i.name, i.kind, f.value, f.valid_at, f.recorded_at
     FROM intelligence i JOIN intelligence_fact f ON f.intelligence_id = i.id
     WHERE i.name = ? ORDER BY f.valid_at, f.recorded_at, i.kind`,
    [normaliseName(name)],
  );
  return rows.map((row) => ({ ...toFact(row), recordedAt: row.recorded_at }));
}

export async function namesWith(db: Db, kind: IntelligenceFact['kind']): Promise<readonly string[]> {
  const rows = await db.all<{ name: string }>(
    'SELECT name FROM intelligence WHERE kind = ? AND value IS NOT NULL ORDER BY name',
    [kind],
  );
  return rows.map(({ name }) => name);
}

/** Of each of these vulnerabilities, given with all its names, what the latest words on them say together. */
export async function loadIntelligenceOf(
  db: Db,
  names: ReadonlyMap<number, readonly string[]>,
): Promise<ReadonlyMap<number, Intelligence>> {
  if (names.size === 0) return new Map();
  const rows = await db.all<Row>(
    `SELECT name, kind, value, valid_at FROM intelligence WHERE name IN ${db.list('text')} AND value IS NOT NULL`,
    [db.listValue([...new Set([...names.values()].flat())])],
  );
  const facts = Map.groupBy(rows.map(toFact), ({ name }) => name);
  const found = new Map<number, Intelligence>();
  for (const [id, own] of names) {
    const merged = mergeIntelligence(own.flatMap((name) => facts.get(name) ?? []));
    if (merged !== undefined) found.set(id, merged);
  }
  return found;
}

function toFact({ name, kind, value, valid_at }: Row): IntelligenceFact {
  const said = value === null ? {} : { value: JSON.parse(value) };
  return IntelligenceFact.parse({ kind, name, validAt: valid_at, ...said });
}
