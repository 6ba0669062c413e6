/** What the world says of vulnerabilities: whose it is, which word counts, and that all of it is kept. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { isGatehouseError } from '../../domain/errors.ts';
import { type Filter, matches } from '../../domain/filter.ts';
import type { IntelligenceFact } from '../../domain/intelligence.ts';
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
import { anAdvisory, anEntry, DAY_MS, NOON } from './statements.ts';

const CVE = 'CVE-2024-1000';
const GHSA = 'GHSA-aaaa-bbbb-cccc';
const IN_CATALOGUE = { addedAt: NOON, dueAt: NOON + 21 * DAY_MS, isRansomware: false };

function epss(name: string, probability: number | undefined, validAt = NOON): IntelligenceFact {
  return { kind: 'epss', name, validAt, value: probability === undefined ? undefined : { probability } };
}

function kev(name: string, value: object | undefined = {}, validAt = NOON): IntelligenceFact {
  return { kind: 'kev', name, validAt, value: value && { ...IN_CATALOGUE, ...value } };
}

async function tell(store: Store, ...facts: readonly IntelligenceFact[]): Promise<void> {
  await store.writer.recordIntelligence(facts, RECORDED_AT);
}

async function probabilities(store: Store): Promise<unknown> {
  return await shownOf(store, ({ intelligence }) => intelligence?.epss?.probability);
}

async function wordsOn(store: Store, name: string): Promise<readonly (readonly [number, unknown])[]> {
  const records = await store.reader.intelligence(name);
  return records.map(({ validAt, value }) => [(validAt - NOON) / DAY_MS, value]);
}

const day = (n: number): number => NOON + n * DAY_MS;

export function intelligenceContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('intelligence', () => {
    test('is shown with every finding of its vulnerability, and of nothing is said nothing', async (store) => {
      await record(store, { says: [anEntry({}), anEntry({ names: [['CVE-2024-2']], key: 'other' })] });

      await store.writer.recordIntelligence(
        [
          { kind: 'epss', name: CVE, validAt: NOON, value: { probability: 0.25, percentile: 0.9 } },
          { kind: 'kev', name: CVE, validAt: NOON, value: { ...IN_CATALOGUE, isRansomware: true } },
        ],
        RECORDED_AT,
      );

      assert.deepEqual(await shownOf(store, ({ intelligence }) => intelligence), {
        [CVE]: {
          epss: { probability: 0.25, percentile: 0.9 },
          kev: { ...IN_CATALOGUE, isRansomware: true },
        },
        'CVE-2024-2': undefined,
      });
    });

    test('of a name that no source has mentioned counts as soon as one does', async (store) => {
      await tell(store, epss(CVE, 0.5), kev(CVE), epss('CVE-2024-9', 0.9));

      await record(store, { says: [anEntry({})] });

      const { intelligence } = await theFinding(store);
      assert.equal(intelligence?.epss?.probability, 0.5);
      assert.equal(intelligence?.kev?.addedAt, NOON);
    });

    test('of a name that only an advisory has mentioned counts as soon as the advisory joins it', async (store) => {
      await record(store, { says: [anEntry({ names: [[GHSA]] })] });
      await tell(store, epss(CVE, 0.5));
      assert.equal((await theFinding(store)).intelligence, undefined);

      const advisory = anAdvisory({ id: GHSA, aliases: [CVE], modifiedAt: NOON });
      await store.writer.recordAdvisories('osv', [advisory], RECORDED_AT);

      assert.equal((await theFinding(store)).intelligence?.epss?.probability, 0.5);
    });

    test('the highest probability of all names counts, and any name in the catalogue', async (store) => {
      await record(store, { says: [anEntry({ names: [[CVE, GHSA]] })] });

      await tell(store, epss(CVE, 0.1), epss(GHSA, 0.2), kev(GHSA, { addedAt: NOON - 1, dueAt: undefined }));
      await tell(store, kev(CVE, { isRansomware: true }));

      const { intelligence } = await theFinding(store);
      assert.equal(intelligence?.epss?.probability, 0.2);
      const { addedAt, dueAt, isRansomware } = intelligence?.kev ?? {};
      assert.deepEqual([addedAt, dueAt, isRansomware], [NOON - 1, IN_CATALOGUE.dueAt, true]);
    });

    test('follows its name when names part, and comes back when they join', async (store) => {
      const joins = anAdvisory({ id: GHSA, aliases: [CVE], modifiedAt: 1 });
      const parts = anAdvisory({ id: GHSA, modifiedAt: 2 });
      const again = anAdvisory({ id: GHSA, aliases: [CVE], modifiedAt: 3 });
      await record(store, {
        says: [anEntry({ key: 'a', names: [[CVE]] }), anEntry({ key: 'b', names: [[GHSA]] })],
      });
      await tell(store, epss(GHSA, 0.75));

      await store.writer.recordAdvisories('osv', [joins], RECORDED_AT);
      assert.deepEqual(await probabilities(store), { [CVE]: 0.75 });
      assert.equal((await counted(store, { op: 'epss', atLeast: 0.75 })).length, 1);
      await store.writer.recordAdvisories('osv', [parts], RECORDED_AT);
      assert.deepEqual(await probabilities(store), { [CVE]: undefined, [GHSA]: 0.75 });
      await store.writer.recordAdvisories('osv', [again], RECORDED_AT);
      assert.deepEqual(await probabilities(store), { [CVE]: 0.75 });
    });

    test('an advisory says what repairs a component, until it says otherwise or is withdrawn', async (store) => {
      const purl = 'pkg:npm/lodash';
      const says = async (modifiedAt: number, change: Partial<Parameters<typeof anAdvisory>[0]>) => {
        const advisory = anAdvisory({ id: GHSA, aliases: [CVE], modifiedAt, ...change });
        await store.writer.recordAdvisories('osv', [advisory], RECORDED_AT);
        return (await theFinding(store)).advisedFixes;
      };
      const fixes = (...versions: readonly string[]) => [{ component: purl, versions }];
      await record(store, { says: [anEntry({})] });
      assert.equal((await theFinding(store)).advisedFixes, undefined);

      assert.deepEqual(await says(2, { fixes: fixes('4.17.12', '3.10.2') }), [
        { advisory: GHSA, versions: ['4.17.12', '3.10.2'] },
      ]);
      assert.deepEqual(await says(3, { fixes: fixes('4.17.13') }), [
        { advisory: GHSA, versions: ['4.17.13'] },
      ]);
      const [kept] = (await says(1, { fixes: fixes('4.17.12') })) ?? [];
      assert.deepEqual(kept?.versions, ['4.17.13'], 'an older revision arrives late');
      assert.equal(
        await says(4, { fixes: [{ component: 'pkg:npm/other', versions: ['1.0.0'] }] }),
        undefined,
      );
      assert.equal(await says(5, { fixes: fixes('4.17.14'), withdrawnAt: 5 }), undefined);
    });

    test('the word on the latest moment counts, whatever order they arrive in', async (store) => {
      await record(store, { says: [anEntry({})] });

      await tell(store, epss(CVE, 0.3, day(3)));
      await tell(store, epss(CVE, 0.3, day(5)), epss(CVE, 0.1, day(1)));
      await tell(store, epss(CVE, 0.4, day(4)));

      assert.deepEqual(await probabilities(store), { [CVE]: 0.3 });
      assert.deepEqual(await wordsOn(store, CVE), [
        [1, { probability: 0.1 }],
        [3, { probability: 0.3 }],
        [4, { probability: 0.4 }],
        [5, { probability: 0.3 }],
      ]);
    });

    test('what is taken back counts no more, also when it was taken back before it was said', async (store) => {
      await record(store, { says: [anEntry({}), anEntry({ names: [['CVE-2024-2']], key: 'other' })] });
      await tell(store, kev(CVE), epss(CVE, 0.5));

      await tell(store, { kind: 'kev', name: CVE, validAt: day(1), value: undefined });
      await tell(store, epss('CVE-2024-2', undefined, day(1)), epss('CVE-2024-2', 0.5, day(0)));

      assert.deepEqual(await shownOf(store, ({ intelligence }) => intelligence), {
        [CVE]: { epss: { probability: 0.5 }, kev: undefined },
        'CVE-2024-2': undefined,
      });
    });

    test('what is only repeated is not kept again', async (store) => {
      await tell(store, epss(CVE, 0.3, day(1)), epss(CVE, 0.3, day(2)));
      await tell(store, epss(CVE, 0.3, day(3)), epss(CVE, 0.3, day(1)));
      await store.writer.recordIntelligence([epss(CVE, 0.3, day(2))], RECORDED_AT + 1);

      assert.deepEqual(await wordsOn(store, CVE), [[1, { probability: 0.3 }]]);
    });

    test('of two words on one moment the one recorded later counts, and both are kept', async (store) => {
      await record(store, { says: [anEntry({})] });

      await store.writer.recordIntelligence([epss(CVE, 0.2)], RECORDED_AT + 1);
      await store.writer.recordIntelligence([epss(CVE, 0.1)], RECORDED_AT);
      assert.deepEqual(await probabilities(store), { [CVE]: 0.2 });
      await store.writer.recordIntelligence([epss(CVE, 0.3)], RECORDED_AT + 2);
      await store.writer.recordIntelligence([epss(CVE, 0.4)], RECORDED_AT + 2);

      assert.deepEqual(await probabilities(store), { [CVE]: 0.4 });
      assert.deepEqual(
        (await store.reader.intelligence(CVE)).map(({ recordedAt }) => recordedAt - RECORDED_AT),
        [0, 1, 2],
      );
    });

    test('names are written the way their issuers do', async (store) => {
      await record(store, { says: [anEntry({})] });

      await tell(store, epss(' cve-2024-1000 ', 0.5));

      assert.deepEqual(await probabilities(store), { [CVE]: 0.5 });
      assert.equal((await store.reader.intelligence('cve-2024-1000')).length, 1);
    });

    test('that cannot be so is refused by name, and nothing after it is kept', async (store) => {
      const wrong = [
        epss(CVE, 1.01),
        epss(CVE, Number.NaN),
        epss(CVE, 0.5, Number.NaN),
        epss('  ', 0.5),
        kev(CVE, { addedAt: 1.5 }),
      ];
      for (const fact of wrong) {
        await assert.rejects(
          tell(store, fact),
          (error) =>
            isGatehouseError(error) && error.code === 'input-invalid' && error.message.includes(fact.name),
        );
      }
      assert.deepEqual(await store.reader.intelligence(CVE), []);
    });

    test('does not speak of a rule that happens to be called the same', async (store) => {
      await record(store, { says: [anEntry({ rules: [CVE], class: 'code' })] });

      await tell(store, epss(CVE, 0.5), kev(CVE));

      assert.equal((await theFinding(store)).intelligence, undefined);
      assert.deepEqual(await counted(store, { op: 'kev', is: 'listed' }), []);
    });

    test('filters by it, at the bound and beside other tests', async (store) => {
      await record(store, {
        says: [
          anEntry({ key: 'a', names: [['CVE-2024-1']], severity: 'critical' }),
          anEntry({ key: 'b', names: [['CVE-2024-2']] }),
          anEntry({ key: 'c', names: [['CVE-2024-3']] }),
          anEntry({ key: 'd', names: [['CVE-2024-4']] }),
        ],
      });
      await tell(store, epss('CVE-2024-2', 0.5), epss('CVE-2024-3', 0.49), epss('CVE-2024-4', 0));
      await tell(store, kev('CVE-2024-3'), kev('CVE-2024-4', { isRansomware: true }));
      const open: Filter = { op: 'state', is: 'open' };
      const critical: Filter = { op: 'severity', in: ['critical'] };
      const likely: Filter = { op: 'epss', atLeast: 0.5 };
      const listed: Filter = { op: 'kev', is: 'listed' };
      const ransomware: Filter = { op: 'kev', is: 'ransomware' };

      assert.deepEqual(await counted(store, likely), ['CVE-2024-2']);
      assert.deepEqual(await counted(store, { op: 'epss', atLeast: 0 }), [
        'CVE-2024-2',
        'CVE-2024-3',
        'CVE-2024-4',
      ]);
      assert.deepEqual(await counted(store, listed), ['CVE-2024-3', 'CVE-2024-4']);
      assert.deepEqual(await counted(store, ransomware), ['CVE-2024-4']);
      assert.deepEqual(await counted(store, { op: 'not', of: listed }), ['CVE-2024-1', 'CVE-2024-2']);
      assert.deepEqual(
        await counted(store, { op: 'all', of: [open, { op: 'any', of: [critical, ransomware, likely] }] }),
        ['CVE-2024-1', 'CVE-2024-2', 'CVE-2024-4'],
      );
    });

    test('of more names than one transaction takes is kept whole', async (store) => {
      const all = Array.from({ length: 12_000 }, (_, n) => epss(`CVE-2024-${10_000 + n}`, n / 12_000));

      await tell(store, ...all);
      await record(store, { says: [anEntry({ names: [['CVE-2024-21999']] })] });

      assert.deepEqual(await probabilities(store), { 'CVE-2024-21999': 11_999 / 12_000 });
    });
  });
}

/** The names that a filter lets through, which are those that `matches` lets through and as many as are counted. */
async function counted(store: Store, filter: Filter): Promise<readonly string[]> {
  const { findings } = await store.reader.findings({ filter, order: 'id', limit: 100 });
  const names = findings.map(({ vulnerability }) => vulnerability ?? '');
  const expected = (await findingsIn(store)).filter((finding) => matches(finding, filter));
  assert.deepEqual(
    names,
    expected.map(({ vulnerability }) => vulnerability ?? ''),
  );
  assert.equal((await store.reader.count(filter)).total, names.length);
  return [...names].sort();
}
