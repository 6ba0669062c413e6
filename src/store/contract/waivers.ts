/** Waivers that people ask for and grant, and the notes of triage. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { isGatehouseError } from '../../domain/errors.ts';
import { standingOf, type WaiverEvent } from '../../domain/waiver-history.ts';
import type { Store } from '../store.ts';
import { type OpenStore, RECORDED_AT, record, testsOf, theFinding } from './recording.ts';
import { anEntry, DAY_MS, NOON } from './statements.ts';

type Requested = Extract<WaiverEvent, { kind: 'requested' }>;

function aRequest(facts: Partial<Requested> = {}): Requested {
  return {
    kind: 'requested',
    vulnerability: 'CVE-2024-1000',
    by: 'ann',
    reason: 'not reachable',
    validAt: NOON,
    until: NOON + 30 * DAY_MS,
    ...facts,
  };
}

const approvedBy = (by: string, validAt = NOON + DAY_MS): WaiverEvent => ({
  kind: 'approved',
  by,
  reason: 'reviewed',
  validAt,
});

async function stateOf(store: Store, id: string, at: number): Promise<string | undefined> {
  const [history] = await store.reader.waivers(id);
  return standingOf(history?.events ?? [], at)?.state;
}

function refused(code: string, says: RegExp) {
  return (error: unknown) => isGatehouseError(error) && error.code === code && says.test(error.message);
}

export function waiversContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('waivers in the store', () => {
    test('are read back as they were said, with both times', async ({ writer, reader }) => {
      const request = aRequest({
        component: 'pkg:npm/lodash',
        asset: { kind: 'image', name: 'registry/shop' },
        scope: { name: 'edge', channels: ['production'] },
        from: NOON + 2 * DAY_MS,
      });

      const id = await writer.recordWaiver({ event: request }, RECORDED_AT);
      await writer.recordWaiver({ waiver: id, event: approvedBy('bob') }, RECORDED_AT + 1);

      assert.deepEqual(await reader.waivers(id), [
        {
          id,
          events: [
            { ...request, recordedAt: RECORDED_AT },
            { ...approvedBy('bob'), recordedAt: RECORDED_AT + 1 },
          ],
        },
      ]);
    });

    test('count from their approval by somebody else until they end', async (store) => {
      const id = await store.writer.recordWaiver({ event: aRequest() }, RECORDED_AT);
      await store.writer.recordWaiver({ waiver: id, event: approvedBy('bob') }, RECORDED_AT);

      assert.equal(await stateOf(store, id, NOON), 'requested');
      assert.equal(await stateOf(store, id, NOON + DAY_MS), 'approved');
      assert.equal(await stateOf(store, id, NOON + 30 * DAY_MS - 1), 'approved');
      assert.equal(await stateOf(store, id, NOON + 30 * DAY_MS), 'expired');
    });

    for (const name of ['ann', ' ANN ', 'A\uff4en']) {
      test(`are not approved by who asked for them, called ${JSON.stringify(name)}`, async (store) => {
        const id = await store.writer.recordWaiver({ event: aRequest() }, RECORDED_AT);

        await assert.rejects(
          store.writer.recordWaiver({ waiver: id, event: approvedBy(name) }, RECORDED_AT),
          refused('input-invalid', /nobody approves their own request/),
        );

        assert.equal(await stateOf(store, id, NOON + DAY_MS), 'requested');
        assert.equal((await store.reader.waivers(id))[0]?.events.length, 1);
      });
    }

    test('get an id that no other has, and that is not taken elsewhere', async ({ writer, reader }) => {
      await writer.recordWaiver({ waiver: 'W-2', event: aRequest() }, RECORDED_AT);
      const ids = [
        await writer.recordWaiver({ event: aRequest() }, RECORDED_AT + 1),
        await writer.recordWaiver({ event: aRequest(), taken: ['W-3'] }, RECORDED_AT + 2),
      ];

      assert.deepEqual(ids, ['W-1', 'W-4']);
      assert.deepEqual(
        (await reader.waivers()).map(({ id }) => id),
        ['W-2', 'W-1', 'W-4'],
      );
      await assert.rejects(
        writer.recordWaiver({ waiver: 'W-2', event: aRequest() }, RECORDED_AT),
        refused('input-invalid', /requested before/),
      );
    });

    test('that nobody asked for cannot be approved', async ({ writer }) => {
      await assert.rejects(
        writer.recordWaiver({ waiver: 'W-9', event: approvedBy('bob') }, RECORDED_AT),
        refused('not-found', /no waiver W-9/),
      );
    });

    test('are approved once by two who try at the same time', async ({ writer, reader }) => {
      const id = await writer.recordWaiver({ event: aRequest() }, RECORDED_AT);

      const tried = await Promise.allSettled(
        ['bob', 'cid'].map((by) => writer.recordWaiver({ waiver: id, event: approvedBy(by) }, RECORDED_AT)),
      );

      assert.deepEqual(tried.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      assert.equal((await reader.waivers(id))[0]?.events.length, 2);
    });

    test('with an impossible word leave nothing behind', async ({ writer, reader }) => {
      for (const event of [
        aRequest({ vulnerability: undefined }),
        aRequest({ reason: '  ' }),
        aRequest({ by: 'an\u200bn' }),
        aRequest({ until: NOON }),
      ])
        await assert.rejects(writer.recordWaiver({ event }, RECORDED_AT), refused('input-invalid', /./));
      await assert.rejects(
        writer.recordWaiver({ waiver: '../x', event: aRequest() }, RECORDED_AT),
        refused('input-invalid', /an id has/),
      );

      assert.deepEqual(await reader.waivers(), []);
    });
  });

  describe('triaged findings', () => {
    test('are listed with every note and both its times', async (store) => {
      const { writer, reader } = store;
      await record(store, { says: [anEntry({})] });
      const { id } = await theFinding(store);
      assert.deepEqual(await reader.triaged(), []);

      await writer.addTriage(id, { state: 'accepted', by: 'ann', validAt: NOON }, RECORDED_AT);
      await writer.addTriage(id, { comment: 'x', by: 'bob', validAt: NOON + 1 }, RECORDED_AT + 1);

      const notes = [
        { state: 'accepted', by: 'ann', validAt: NOON, recordedAt: RECORDED_AT },
        { comment: 'x', by: 'bob', validAt: NOON + 1, recordedAt: RECORDED_AT + 1 },
      ];
      assert.deepEqual(await reader.triaged(), [{ finding: id, notes }]);
      assert.deepEqual(await reader.triaged([id]), [{ finding: id, notes }]);
      assert.deepEqual(await reader.triaged([]), []);
    });
  });
}
