/** VEX documents: which revision counts, and that saying it again is nothing new. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { isGatehouseError } from '../../domain/errors.ts';
import type { VexDocument } from '../../domain/vex-document.ts';
import { type OpenStore, RECORDED_AT, testsOf } from './recording.ts';
import { DAY_MS, NOON } from './statements.ts';

function aDocument(facts: Partial<VexDocument> = {}, reason = 'not reachable'): VexDocument {
  const products = [{ product: { purl: 'pkg:npm/lodash@4.0.0' }, parts: [] }];
  const entry = {
    vulnerability: 'CVE-2024-1000',
    status: 'not-affected' as const,
    reason,
    at: NOON,
    products,
  };
  return { id: 'urn:doc:1', issuer: 'Invented Ltd', validAt: NOON, entries: [entry], ...facts };
}

export function vexContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('VEX documents', () => {
    test('the latest revision of an author and id counts, in whatever order they arrive', async (store) => {
      const newer = aDocument({ validAt: NOON + DAY_MS }, 'newer');

      const said = [
        await store.writer.recordVex(newer, RECORDED_AT),
        await store.writer.recordVex(aDocument(), RECORDED_AT + 1),
        await store.writer.recordVex(newer, RECORDED_AT + 2),
        await store.writer.recordVex(aDocument({ validAt: NOON + 2 * DAY_MS }, 'newest'), RECORDED_AT + 3),
      ];

      assert.deepEqual(said, ['created', 'outdated', 'unchanged', 'updated']);
      assert.deepEqual(
        (await store.reader.vexDocuments()).map(({ entries }) => entries[0]?.reason),
        ['newest'],
      );
    });

    test('documents of other authors or ids stand beside each other', async (store) => {
      await store.writer.recordVex(aDocument(), RECORDED_AT);
      await store.writer.recordVex(aDocument({ issuer: 'Another' }), RECORDED_AT);
      await store.writer.recordVex(aDocument({ id: 'urn:doc:2' }), RECORDED_AT);

      assert.equal((await store.reader.vexDocuments()).length, 3);
    });

    test('what is no document is refused, and nothing is kept', async (store) => {
      await assert.rejects(
        store.writer.recordVex(aDocument({ issuer: '' }), RECORDED_AT),
        (error) => isGatehouseError(error) && error.message.includes('issuer'),
      );
      assert.deepEqual(await store.reader.vexDocuments(), []);
    });
  });
}
