/** Decision tables: which one counts under a name, and that what cannot decide is not kept. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { DecisionTable } from '../../domain/decision-table.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { type OpenStore, RECORDED_AT, testsOf } from './recording.ts';

const POINT = 'house:R:1.0.0';
const OUTCOME = 'house:O:1.0.0';

/** By one point: what is decided where its reach is low, and where it is high. */
function aTable(low = 'T', high = 'A'): DecisionTable {
  const values = (...keys: readonly string[]) => keys.map((key) => ({ key, name: `${key} in words` }));
  return {
    namespace: 'house',
    key: 'DT',
    version: '1.0.0',
    name: 'House table',
    decision_points: {
      [POINT]: { name: 'Reach', key: 'R', values: values('L', 'H') },
      [OUTCOME]: { name: 'What to do', key: 'O', values: values('T', 'A') },
    },
    outcome: OUTCOME,
    mapping: [
      { [POINT]: 'L', [OUTCOME]: low },
      { [POINT]: 'H', [OUTCOME]: high },
    ],
  };
}

const MILD = aTable('T', 'T');

export function decisionTablesContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('decision tables', () => {
    test('of a name the one recorded last counts, and it comes back as it was', async (store) => {
      await store.writer.saveDecisionTable('house', aTable(), RECORDED_AT);
      await store.writer.saveDecisionTable('other', aTable(), RECORDED_AT);
      await store.writer.saveDecisionTable('house', MILD, RECORDED_AT + 1);

      assert.deepEqual(await store.reader.decisionTables(), [
        { name: 'house', recordedAt: RECORDED_AT + 1, table: MILD },
        { name: 'other', recordedAt: RECORDED_AT, table: aTable() },
      ]);
      assert.deepEqual(
        (await store.reader.decisionTables(['other', 'nobody'])).map(({ name }) => name),
        ['other'],
      );
      assert.deepEqual(await store.reader.decisionTables([]), []);
    });

    test('one that is repeated is not kept again, and an earlier one comes back', async (store) => {
      for (const [n, table] of [aTable(), aTable(), MILD, aTable()].entries())
        await store.writer.saveDecisionTable('house', table, RECORDED_AT + n);
      await store.writer.saveDecisionTable('house', aTable(), RECORDED_AT + 4);

      const [kept] = await store.reader.decisionTables();

      assert.equal(kept?.recordedAt, RECORDED_AT + 3);
      assert.deepEqual(kept?.table, aTable());
    });

    test('what leaves something undecided is refused by name, and what was there stays', async (store) => {
      await store.writer.saveDecisionTable('house', aTable(), RECORDED_AT);

      await assert.rejects(
        store.writer.saveDecisionTable('house', { ...aTable(), mapping: [] }, RECORDED_AT + 1),
        (error) =>
          isGatehouseError(error) && error.code === 'input-invalid' && /house: mapping/.test(error.message),
      );
      await assert.rejects(store.writer.saveDecisionTable(' ', aTable(), RECORDED_AT), /has no name/);

      assert.deepEqual(
        (await store.reader.decisionTables()).map(({ table }) => table),
        [aTable()],
      );
    });
  });
}
