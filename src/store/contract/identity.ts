/** Which findings there are, and what they are called. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Store } from '../store.ts';
import {
  findingsIn,
  type OpenStore,
  RECORDED_AT,
  record,
  shownOf,
  testsOf,
  theFinding,
} from './recording.ts';
import {
  aDetail,
  anAdvisory,
  anEntry,
  CART,
  component,
  fileLocation,
  HOUR_MS,
  NOON,
  VENDOR,
} from './statements.ts';

const [CVE, GHSA] = ['CVE-2024-1000', 'GHSA-aaaa-bbbb-cccc'] as const;

/** The vendor knows it as a CVE, the scan as an advisory: two findings until somebody says they are the same. */
async function recordBoth(store: Store): Promise<void> {
  await record(store, { stream: VENDOR, says: [anEntry({ key: 'P-1', names: [[CVE]] })] });
  await record(store, { says: [anEntry({ names: [[GHSA]] })] });
}

async function advise(store: Store, modifiedAt: number, aliases: readonly string[]): Promise<void> {
  await store.writer.recordAdvisories('osv', [anAdvisory({ id: GHSA, aliases, modifiedAt })], RECORDED_AT);
}

export function identityContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('identity', () => {
    test('an entry naming several vulnerabilities is one observation, and a finding for each', async (store) => {
      const summary = await record(store, {
        says: [anEntry({ key: 'RHSA-1', names: [['CVE-2024-1'], ['CVE-2024-2'], ['CVE-2024-3']] })],
      });

      const findings = await findingsIn(store);
      const observations = new Set(findings.flatMap((one) => one.observations.map(({ id }) => id)));
      assert.deepEqual([summary.observations, summary.findings, summary.vulnerabilities], [1, 3, 3]);
      assert.deepEqual([findings.length, observations.size], [3, 1]);
    });

    test('an entry naming one vulnerability by two of its names is one observation of one finding', async (store) => {
      const entry = anEntry({ names: [[CVE, GHSA], [GHSA]], occurrences: [{ version: '1' }] });

      const summary = await record(store, { says: [entry] });

      const finding = await theFinding(store);
      assert.deepEqual([finding.observations.length, finding.occurrences], [1, 1]);
      assert.deepEqual([summary.findings, summary.changes.created], [1, 1]);
    });

    test('severity, score, title, version and line are never identity', async (store) => {
      await record(store, { says: [anEntry({ severity: 'low', occurrences: [{ version: '1', line: 3 }] })] });
      const before = await theFinding(store);

      const { changes } = await record(store, {
        at: NOON + HOUR_MS,
        says: [
          anEntry({
            severity: 'critical',
            score: 9.8,
            about: { title: 'Prototype pollution' },
            occurrences: [{ version: '2', line: 9 }],
          }),
        ],
      });

      const after = await theFinding(store);
      assert.equal(after.id, before.id);
      assert.deepEqual(changes, { created: 0, updated: 1, unchanged: 0, reopened: 0, closed: 0 });
    });

    test('one vulnerability on two components, two assets or two files is several findings', async (store) => {
      await record(store, {
        says: [
          anEntry({ subject: component('a') }),
          anEntry({ subject: component('b') }),
          anEntry({ subject: component('a'), asset: CART }),
          anEntry({ rules: ['semgrep:sql'], subject: fileLocation('a.ts#1'), class: 'code' }),
          anEntry({ rules: ['semgrep:sql'], subject: fileLocation('a.ts#2'), class: 'code' }),
        ],
      });

      assert.equal((await findingsIn(store)).length, 5);
    });

    test('people see the lowest CVE, else the first GHSA, else the first name', async (store) => {
      await record(store, {
        says: [
          anEntry({ names: [['GHSA-zzzz-zzzz-zzzz', 'CVE-2024-10000', 'CVE-2024-9999', 'A-1']] }),
          anEntry({ names: [['PYSEC-2024-1', 'GHSA-bbbb-bbbb-bbbb', 'GHSA-aaaa-aaaa-aaaa']] }),
          anEntry({ names: [['ZDI-1', 'DSA-1']] }),
        ],
      });

      assert.deepEqual(await shownOf(store, ({ aliases }) => [...aliases].sort()), {
        'CVE-2024-9999': ['A-1', 'CVE-2024-10000', 'GHSA-zzzz-zzzz-zzzz'],
        'GHSA-aaaa-aaaa-aaaa': ['GHSA-bbbb-bbbb-bbbb', 'PYSEC-2024-1'],
        'DSA-1': ['ZDI-1'],
      });
    });

    test('two sources that call it differently see one finding once a third names both', async (store) => {
      await recordBoth(store);
      assert.equal((await findingsIn(store)).length, 2);

      await record(store, {
        stream: { source: 'grype', category: '', channel: '' },
        says: [anEntry({ names: [[GHSA, CVE]], asset: CART })],
      });

      const merged = (await findingsIn(store)).find(({ asset }) => asset.name !== CART.name);
      assert.equal(merged?.vulnerability, CVE);
      assert.deepEqual(merged?.sources, ['dynatrace-main', 'scan:trivy/Trivy']);
    });

    test('findings that merge say where they went, and what was judged of them goes along', async (store) => {
      await recordBoth(store);
      const ids = (await findingsIn(store)).map(({ id }) => id);
      for (const id of ids) {
        const tags = [`judged ${id}`];
        await store.writer.addTriage(
          id,
          { tags, by: 'ann', validAt: NOON, comment: `of ${id}` },
          RECORDED_AT,
        );
      }

      await advise(store, NOON, [CVE]);

      const { id: left } = await theFinding(store);
      const gone = ids.filter((id) => id !== left);
      assert.deepEqual(await Promise.all(ids.map((id) => store.reader.resolveId(id))), [left, left]);
      const history = (await Promise.all(gone.map((id) => store.reader.history(id)))).flat();
      assert.ok(
        history.some(({ kind }) => kind === 'merged-into'),
        'the merge is in the history of the one that went',
      );
      const { comments } = await store.reader.triage(left);
      assert.deepEqual(comments.map(({ text }) => text).sort(), ids.map((id) => `of ${id}`).sort());
    });

    test('findings that an advisory joined by mistake part again, and say so', async (store) => {
      await recordBoth(store);
      const shown = ({ severity, episodes }: Record<string, unknown>) => ({ severity, episodes });
      const before = await shownOf(store, (one) => shown({ ...one }));
      await advise(store, NOON, [CVE]);
      assert.equal((await findingsIn(store)).length, 1);

      await advise(store, NOON + 1, []);

      assert.deepEqual(await shownOf(store, (one) => shown({ ...one })), before);
      const histories = await Promise.all(
        (await findingsIn(store)).map(({ id }) => store.reader.history(id)),
      );
      const split = histories.flat().filter(({ kind }) => kind === 'split-from');
      assert.equal(split.length, 1);
      assert.equal(split[0]?.recordedAt, RECORDED_AT);
    });

    test('an older revision of an advisory that arrives late changes nothing', async (store) => {
      await recordBoth(store);
      await advise(store, NOON, [CVE]);

      await advise(store, NOON - 1, []);

      assert.equal((await findingsIn(store)).length, 1);
    });

    test('a withdrawn advisory joins nothing', async (store) => {
      await recordBoth(store);
      await advise(store, NOON, [CVE]);
      const withdrawn = anAdvisory({ id: GHSA, aliases: [CVE], modifiedAt: NOON + 1, withdrawnAt: NOON });

      await store.writer.recordAdvisories('osv', [withdrawn], RECORDED_AT);

      assert.equal((await findingsIn(store)).length, 2);
    });

    test('an advisory that was withdrawn before we knew of it takes nothing back', async (store) => {
      const withdrawn = anAdvisory({ id: GHSA, aliases: [CVE], modifiedAt: NOON, withdrawnAt: NOON });
      await store.writer.recordAdvisories('osv', [withdrawn], RECORDED_AT);

      await record(store, { says: [anEntry({ names: [[GHSA, CVE]] })] });

      assert.deepEqual((await theFinding(store)).aliases, [GHSA]);
    });

    test('a scanner that no longer repeats an alias parts nothing and resets no episode', async (store) => {
      const days = [[[GHSA]], [[CVE, GHSA]], [[CVE]]] as const;
      for (const [n, names] of days.entries()) {
        await record(store, { at: NOON + n * HOUR_MS, says: [anEntry({ names })] });
      }

      const finding = await theFinding(store);
      assert.deepEqual([finding.vulnerability, finding.aliases], [CVE, [GHSA]]);
      assert.equal(finding.openedAt, NOON);
    });

    test('an alias that an advisory took back stays away, whoever repeats it', async (store) => {
      await recordBoth(store);
      await advise(store, NOON, [CVE]);
      await advise(store, NOON + 1, []);

      await record(store, { at: NOON + HOUR_MS, says: [anEntry({ names: [[GHSA, CVE]] })] });

      assert.equal((await findingsIn(store)).length, 2);
    });

    test('unless another advisory states it', async (store) => {
      await recordBoth(store);
      await advise(store, NOON, [CVE]);
      await advise(store, NOON + 1, []);

      const other = anAdvisory({ id: CVE, aliases: [GHSA], modifiedAt: NOON });
      await store.writer.recordAdvisories('osv', [other], RECORDED_AT);

      assert.equal((await findingsIn(store)).length, 1);
    });

    test('details collected later end in the same state as details collected at once', async (openedAtOnce) => {
      const list = anEntry({ key: 'P-1', revision: 'r1' });
      const detail = aDetail({
        key: 'P-1',
        revision: 'r1',
        occurrences: [{ entity: 'HOST-1' }, { entity: 'HOST-2' }],
        labels: [{ kind: 'host', id: 'HOST-1' }],
        fix: { versions: ['2.0.0'] },
      });
      const later = await openStore();
      const shown = async (store: Store) =>
        (({ id, assetId, observations, ...rest }) => rest)(await theFinding(store));

      await record(openedAtOnce, { stream: VENDOR, says: [list, detail] });
      await record(later, { stream: VENDOR, says: [list] });
      const { changes } = await record(later, {
        stream: VENDOR,
        at: NOON + HOUR_MS,
        says: [list, detail],
      });

      try {
        assert.deepEqual(await shown(later), await shown(openedAtOnce));
        assert.deepEqual([changes.reopened, changes.closed], [0, 0]);
      } finally {
        await later.close();
      }
    });
  });
}
