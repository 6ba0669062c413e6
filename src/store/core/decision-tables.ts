import { DecisionTable } from '../../domain/decision-table.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { Db } from '../db.ts';

export async function saveDecisionTable(
  db: Db,
  name: string,
  given: DecisionTable,
  recordedAt: number,
): Promise<void> {
  const read = DecisionTable.safeParse(given);
  if (!read.success || name.trim() === '') {
    const problems = read.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new GatehouseError(
      'input-invalid',
      `decision table ${name}: ${problems?.join('; ') ?? 'it has no name'}`,
    );
  }
  const content = JSON.stringify(read.data);
  await db.transaction(async () => {
    const [latest] = await db.all<{ content: string }>(
      'SELECT content FROM decision_table WHERE name = ? ORDER BY id DESC LIMIT 1',
      [name],
    );
    if (latest?.content === content) return;
    const id = await db.allocate('decision_table', 1);
    await db.insert('decision_table', [[id, name, recordedAt, content]]);
  });
}
