import { DecisionTable } from '../../domain/decision-table.ts';
import type { Db } from '../db.ts';
import type { DecisionTableRecord } from '../store.ts';

export async function loadDecisionTables(
  db: Db,
  names: readonly string[] | undefined,
): Promise<readonly DecisionTableRecord[]> {
  const [only, values] =
    names === undefined ? ['', []] : [`WHERE name IN ${db.list('text')}`, [db.listValue(names)]];
  const rows = await db.all<{ name: string; recorded_at: number; content: string }>(
    `SELECT name, recorded_at, content FROM decision_table
     WHERE id IN (SELECT max(id) FROM decision_table ${only} GROUP BY name) ORDER BY name`,
    values,
  );
  return rows.map(({ name, recorded_at, content }) => ({
    name,
    recordedAt: recorded_at,
    table: DecisionTable.parse(JSON.parse(content)),
  }));
}
