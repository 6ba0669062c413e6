/** Verdicts and baselines that are kept for good. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { NewVerdict } from '../store.ts';
import { type OpenStore, testsOf } from './recording.ts';
import { DAY_MS, NOON } from './statements.ts';

function aNewVerdict(given: Partial<NewVerdict> = {}): NewVerdict {
  return {
    release: 'shop 4.2',
    scope: 'checkout',
    baseline: undefined,
    policy: 'strict',
    policyDigest: 'ab'.repeat(32),
    engine: '0.1.0',
    word: 'NO-GO',
    decidedAt: NOON,
    recordedAt: NOON,
    override: { by: 'ann', reason: 'outage', at: NOON, until: NOON + DAY_MS },
    core: { digest: 'cd'.repeat(32), text: '{"verdict":"NO-GO"}' },
    facts: { digest: 'ef'.repeat(32), bytes: new Uint8Array([1, 2, 0, 255]) },
    ...given,
  };
}

export function verdictsContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('verdicts that are kept', () => {
    test('are read back as they were written, with what they rest on', async ({ writer, reader }) => {
      const given = aNewVerdict({ baseline: 'live' });

      const id = await writer.saveVerdict(given);

      const { facts, ...told } = given;
      assert.deepEqual(await reader.verdict(id), { id, ...told, factsDigest: facts.digest });
      assert.deepEqual(new Uint8Array((await reader.artefact(facts.digest)) ?? []), facts.bytes);
    });

    test('are listed newest first, of one release and scope where asked', async ({ writer, reader }) => {
      const ids: number[] = [];
      for (const release of ['a', 'b', 'a']) ids.push(await writer.saveVerdict(aNewVerdict({ release })));
      const list = async (query: object) =>
        (await reader.verdicts({ limit: 10, ...query })).map(({ id }) => id);

      assert.deepEqual(await list({}), ids.toReversed());
      assert.deepEqual(await list({ release: 'a', scope: 'checkout' }), [ids[2], ids[0]]);
      assert.deepEqual(await list({ scope: 'other' }), []);
      assert.deepEqual(await list({ before: ids[2], limit: 1 }), [ids[1]]);
    });

    test('that rest on the same facts share them', async ({ writer, reader }) => {
      await writer.saveVerdict(aNewVerdict());
      await writer.saveVerdict(aNewVerdict({ decidedAt: NOON + DAY_MS }));

      assert.equal((await reader.verdicts({ limit: 10 })).length, 2);
    });

    test('are unknown by any other number', async ({ reader }) => {
      assert.equal(await reader.verdict(17), undefined);
      assert.equal(await reader.artefact('00'), undefined);
    });
  });

  describe('baselines that are kept', () => {
    test('are found by name, and the newest of a name counts', async ({ writer, reader }) => {
      const content = { digest: 'ab'.repeat(32), bytes: new Uint8Array([7]) };
      const later = { digest: 'cd'.repeat(32), bytes: new Uint8Array([8]) };
      await writer.saveBaseline({ name: 'release 4', scope: 'live', takenAt: NOON, content });
      await writer.saveBaseline({ name: 'release 5', scope: 'live', takenAt: NOON, content });
      await writer.saveBaseline({ name: 'release 4', scope: 'live', takenAt: NOON + DAY_MS, content: later });

      assert.deepEqual(await reader.baselines('release 4'), [
        { name: 'release 4', scope: 'live', takenAt: NOON + DAY_MS, digest: later.digest },
      ]);
      assert.deepEqual(
        (await reader.baselines()).map(({ name }) => name),
        ['release 4', 'release 5'],
      );
      assert.deepEqual(await reader.baselines('none'), []);
    });
  });
}
