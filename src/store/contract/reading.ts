/** What lists, cursors and the latest runs give. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { isGatehouseError } from '../../domain/errors.ts';
import { ANY_FINDING } from '../../domain/filter.ts';
import type { FindingId, RunId } from '../../domain/finding.ts';
import { type OpenStore, RECORDED_AT, record, testsOf } from './recording.ts';
import { aDetail, anEntry, CART, component, HOUR_MS, NOON, VENDOR } from './statements.ts';

const isCode = (code: string) => (error: unknown) => isGatehouseError(error) && error.code === code;

export function readingContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('reading', () => {
    test('lists are paged in every order, without gaps and repeats', async (store) => {
      const severities = ['low', 'critical', 'unknown', 'high', 'medium', 'info', 'critical'] as const;
      for (const [n, severity] of severities.entries())
        await record(store, {
          at: NOON + n * HOUR_MS,
          coverage: { closes: false },
          says: [anEntry({ names: [[`CVE-2024-${n + 1}`]], severity })],
        });
      const inOrder = async (order: 'severity' | 'opened' | 'id') => {
        const seen: (string | undefined)[] = [];
        let after: string | undefined;
        do {
          const page = await store.reader.findings({ filter: ANY_FINDING, order, limit: 2, after });
          seen.push(...page.findings.map(({ vulnerability }) => vulnerability?.replace('CVE-2024-', '')));
          after = page.next;
        } while (after !== undefined);
        return seen.join('');
      };

      assert.equal(await inOrder('id'), '1234567');
      assert.equal(await inOrder('opened'), '7654321');
      assert.equal(await inOrder('severity'), '2743516');
    });

    test('a cursor that is none is refused', async (store) => {
      const query = { filter: ANY_FINDING, limit: 2, after: 'page two' };

      await assert.rejects(store.reader.findings(query), isCode('input-invalid'));
    });

    test('what is not there is undefined', async (store) => {
      const [finding, run] = [7 as FindingId, 7 as RunId];

      assert.equal(await store.reader.finding(finding), undefined);
      assert.equal(await store.reader.resolveId(finding), undefined);
      assert.equal(await store.reader.run(run), undefined);
      assert.equal(await store.reader.cursor('nobody'), undefined);
      assert.equal(await store.writer.resumeRun(VENDOR), undefined);
      assert.deepEqual(await store.reader.episodes(finding), []);
      assert.deepEqual(await store.reader.seen(VENDOR, ['P-1']), []);
    });

    test('what the store has seen of an entry: its revision and that of its details', async (store) => {
      await record(store, {
        stream: VENDOR,
        says: [
          anEntry({ key: 'P-1', revision: 'r2' }),
          aDetail({ key: 'P-1', revision: 'r1' }),
          anEntry({ key: 'P-2', revision: 'r1', subject: component('b') }),
        ],
      });

      const seen = await store.reader.seen(VENDOR, ['P-1', 'P-2', 'P-3']);

      assert.deepEqual(
        seen.map(({ key, revision, detailRevision }) => [key, revision, detailRevision]),
        [
          ['P-1', 'r2', 'r1'],
          ['P-2', 'r1', undefined],
        ],
      );
    });

    test('the latest run of a stream is the latest observed, not the latest recorded', async (store) => {
      const late = { at: NOON - HOUR_MS, recordedAt: RECORDED_AT + 1 };
      const newest = await record(store, { stream: VENDOR });
      await record(store, { stream: VENDOR, ...late });

      const runs = await store.reader.latestRuns();

      assert.deepEqual(
        runs.map(({ id, observedAt, state }) => [id, observedAt, state]),
        [[newest.run, NOON, 'complete']],
      );
    });

    test('a run that was narrowed to other labels is no word on these', async (store) => {
      const zone = (id: string, name?: string) => [{ kind: 'zone', id, name }] as const;
      const asked = async (...anyOf: readonly string[]) =>
        (await store.reader.latestRuns({ labels: [{ kind: 'zone', anyOf: [...anyOf] }] })).map(
          ({ id }) => id,
        );
      const all = await record(store, { stream: VENDOR });
      const shop = await record(store, {
        stream: VENDOR,
        at: NOON + 1,
        coverage: { labels: zone('17', 'Shop') },
      });
      const other = { stream: VENDOR, at: NOON + 2, coverage: { labels: zone('18', 'Cart') } };
      const cart = await record(store, other);

      assert.deepEqual(await asked('Shop'), [shop.run]);
      assert.deepEqual(await asked('17'), [shop.run]);
      assert.deepEqual(await asked('Cart', '18'), [cart.run]);
      assert.deepEqual(await asked('Shop', 'Cart'), [all.run]);
      const byTag = await store.reader.latestRuns({ labels: [{ kind: 'tag', anyOf: ['a'] }] });
      assert.deepEqual(
        [...byTag, ...(await store.reader.latestRuns())].map(({ id }) => id),
        [cart.run, cart.run],
      );
    });

    test('a scan of one image does not replace the scan of another', async (store) => {
      const shop = await record(store, { says: [anEntry({})], coverage: { assets: [anEntry({}).asset] } });
      const cart = await record(store, {
        at: NOON + HOUR_MS,
        says: [anEntry({ asset: CART })],
        coverage: { assets: [CART] },
      });

      const runs = await store.reader.latestRuns();

      assert.deepEqual(
        runs.map(({ id }) => id),
        [cart.run, shop.run],
      );
      assert.equal((await store.reader.count({ op: 'state', is: 'open' })).total, 2);
    });
  });
}
