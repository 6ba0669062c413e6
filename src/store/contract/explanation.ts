/** That every merge can be read: who says that names are of one vulnerability, and what became one finding. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { NameLink } from '../../domain/explanation.ts';
import type { Store } from '../store.ts';
import { findingsIn, type OpenStore, RECORDED_AT, record, testsOf, theFinding } from './recording.ts';
import { anAdvisory, anEntry, NOON, VENDOR } from './statements.ts';

const CVE = 'CVE-2024-1000';
const GHSA = 'GHSA-aaaa-bbbb-cccc';
const SNYK = 'SNYK-JS-LODASH-1';

async function linksIn(store: Store): Promise<readonly NameLink[]> {
  const { id } = await theFinding(store);
  return (await store.reader.explanation(id))?.links ?? [];
}

function shown({ name, other, holds, by }: NameLink): string {
  const who =
    by?.kind === 'advisory' ? `advisory ${by.advisory} of ${by.source}` : `${by?.source} ${by?.key}`;
  return `${name} ${holds ? 'is' : 'is not'} ${other}: ${who}`;
}

export function explanationContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('why a finding is one', () => {
    test('is told for each two of its names by who says it: an advisory, or the first entry that did', async (store) => {
      await record(store, { says: [anEntry({ key: 'a', names: [[CVE, SNYK]] })] });
      await record(store, {
        at: NOON + 1,
        says: [anEntry({ key: 'a', names: [[CVE, SNYK]] }), anEntry({ key: 'b', names: [[CVE, SNYK]] })],
      });
      const advisory = anAdvisory({ id: GHSA, aliases: [CVE], modifiedAt: NOON });
      await store.writer.recordAdvisories('osv', [advisory], RECORDED_AT);

      const links = await linksIn(store);

      assert.deepEqual(links.map(shown), [
        `${CVE} is ${SNYK}: scan:trivy/Trivy a`,
        `${GHSA} is ${CVE}: advisory ${GHSA} of osv`,
      ]);
      assert.deepEqual(
        links.map(({ by }) => (by?.kind === 'advisory' ? by.modifiedAt : by?.at)),
        [NOON, NOON],
      );
    });

    test('what an advisory took back is told, whoever says it again', async (store) => {
      await record(store, { says: [anEntry({ key: 'a', names: [[CVE, GHSA]] })] });
      for (const [modifiedAt, aliases] of [
        [1, [CVE]],
        [2, []],
      ] as const)
        await store.writer.recordAdvisories(
          'osv',
          [anAdvisory({ id: GHSA, aliases, modifiedAt })],
          RECORDED_AT,
        );

      assert.deepEqual((await linksIn(store)).map(shown), [`${GHSA} is not ${CVE}: advisory ${GHSA} of osv`]);
    });

    test('what was merged into it is told, also by way of others, and what it was split from', async (store) => {
      const names = ['CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3'];
      for (const [index, name] of names.entries())
        await record(store, {
          stream: { ...VENDOR, category: String(index) },
          says: [anEntry({ key: name, names: [[name]] })],
        });
      const ids = (await findingsIn(store)).map(({ id }) => id);
      const says = async (modifiedAt: number, aliases: readonly string[]): Promise<void> => {
        const advisory = anAdvisory({ id: 'CVE-2024-3', aliases, modifiedAt });
        await store.writer.recordAdvisories('osv', [advisory], RECORDED_AT);
      };

      await says(1, ['CVE-2024-2']);
      await says(2, ['CVE-2024-2', 'CVE-2024-1']);
      const { id } = await theFinding(store);
      const merged = (await store.reader.explanation(id))?.lineage ?? [];
      assert.deepEqual(
        merged.map(({ kind, finding }) => [kind, finding]).sort(),
        ids.filter((one) => one !== id).map((one) => ['merged-in', one]),
      );

      await says(3, ['CVE-2024-2']);
      const lineages = await Promise.all(
        (await findingsIn(store)).map(async (one) => (await store.reader.explanation(one.id))?.lineage ?? []),
      );
      assert.ok(lineages.flat().some((one) => one.kind === 'split-from' && one.finding === id));
    });

    test('of a rule there are no names to join, and of no finding nothing is told', async (store) => {
      await record(store, { says: [anEntry({ rules: ['R1'], class: 'code' })] });
      const { id } = await theFinding(store);

      assert.deepEqual(await store.reader.explanation(id), { links: [], lineage: [] });
      assert.equal(await store.reader.explanation((id + 1) as typeof id), undefined);
    });
  });
}
