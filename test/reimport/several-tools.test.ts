/** One image, looked at by several tools: what is found does not depend on who was imported first. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ANY_FINDING } from '../../src/domain/filter.ts';
import type { AssetRef } from '../../src/domain/statement.ts';
import type { Store } from '../../src/store/store.ts';
import { DESK_OPENS_AT, HOUR_MS, openDesk } from './desk.ts';
import { IMAGE_WRITERS } from './package-writers.ts';
import { firstEntries } from './sequences.ts';
import { cveOf, ghsaOf, type Scan } from './writer.ts';

const { cyclonedx, grype, osvScanner, trivy } = IMAGE_WRITERS;
const IMAGE: AssetRef = { kind: 'image', name: 'registry.example.org/shop' };
const FOUR = firstEntries(4);

const scanAt = (hour: number, more: Partial<Scan> = {}): Scan => ({
  entries: FOUR,
  asset: 'shop',
  at: new Date(DESK_OPENS_AT - hour * HOUR_MS),
  isFailed: false,
  ...more,
});
const vendorIdOf = (n: number): string => `PYSEC-2099-${n}`;

/** Of each tool what it says: by CVE alone, by GHSA and CVE, by GHSA and an id of its own. */
const BY_CVE = trivy.write(scanAt(1, { entries: FOUR.map((entry) => ({ ...entry, isSevere: false })) }));
const BY_BOTH = grype.write(scanAt(2));
const BY_CVE_TOO = cyclonedx.write(scanAt(3, { entries: FOUR.slice(1) }));
const BY_VENDOR = osvScanner
  .write(scanAt(4))
  .replaceAll(/CVE-2099-(\d+)/g, (_, digits: string) => vendorIdOf(Number(digits) - 70_000));

const GROUPS: Readonly<Record<string, readonly [string, string, string]>> = {
  'Trivy, Grype, OSV-Scanner': [BY_CVE, BY_BOTH, BY_VENDOR],
  'Trivy, Grype, CycloneDX': [BY_CVE, BY_BOTH, BY_CVE_TOO],
  'Grype, OSV-Scanner, CycloneDX': [BY_BOTH, BY_VENDOR, BY_CVE_TOO],
};

function ordersOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length < 2) return [all];
  return all.flatMap((first, index) => ordersOf(all.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

async function findingsOf(store: Store) {
  const { findings } = await store.reader.findings({ filter: ANY_FINDING, limit: 100 });
  const { total } = await store.reader.count(ANY_FINDING);
  assert.equal(total, findings.length);
  return findings
    .map(({ id: _, observations, ...finding }) => ({
      ...finding,
      observations: observations
        .map(({ id: __, ...observation }) => observation)
        .sort((one, other) => (one.key < other.key ? -1 : 1)),
    }))
    .sort((one, other) => ((one.vulnerability ?? '') < (other.vulnerability ?? '') ? -1 : 1));
}

describe('one image and three tools', () => {
  for (const [names, files] of Object.entries(GROUPS)) {
    test(`${names}: the same findings in all six orders, one for each defect`, async () => {
      const seen: unknown[] = [];
      for (const order of ordersOf(files)) {
        await using desk = await openDesk();
        for (const text of order) await desk.import(text, { asset: IMAGE });
        seen.push(await findingsOf(desk.store));
      }

      for (const other of seen) assert.deepEqual(other, seen[0]);
      assert.equal(seen.length, 6);
      assert.ok(Array.isArray(seen[0]) && seen[0].length === 4);
    });
  }

  test('the ids of a defect are names of one finding, however late they are joined', async () => {
    await using desk = await openDesk();
    await desk.import(BY_CVE, { asset: IMAGE });
    await desk.import(BY_VENDOR, { asset: IMAGE });
    assert.equal((await desk.store.reader.count(ANY_FINDING)).total, 8);

    const { changes } = await desk.import(BY_BOTH, { asset: IMAGE });

    const findings = await findingsOf(desk.store);
    assert.deepEqual(
      findings.map(({ vulnerability, aliases }) => [vulnerability, [...aliases].sort()]),
      FOUR.map(({ n }) => [cveOf(n), [ghsaOf(n), vendorIdOf(n)]]),
    );
    assert.deepEqual([changes.created, changes.closed, changes.reopened], [0, 0, 0]);
  });

  test('each tool closes what it said itself, and a finding only when none says it any more', async () => {
    await using desk = await openDesk();
    for (const text of [BY_CVE, BY_BOTH]) await desk.import(text, { asset: IMAGE });

    const one = await desk.import(trivy.write(scanAt(0, { entries: [] })), { asset: IMAGE });
    const other = await desk.import(grype.write(scanAt(-1, { entries: [] })), { asset: IMAGE });

    assert.deepEqual([one.changes.closed, other.changes.closed], [0, 4]);
  });
});
