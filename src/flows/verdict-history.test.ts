import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { aFinding, DAY_MS, NOW, someEvidence } from '../../test/support/builders.ts';
import { makeFolder } from '../../test/support/cli.ts';
import { trivyScan } from '../../test/support/trivy-scan.ts';
import type { Finding } from '../domain/finding.ts';
import { EVERYTHING } from '../domain/scope.ts';
import { noSeverities } from '../domain/severity.ts';
import { type DecideInput, decide } from '../policy/decide.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import type { Store } from '../store/store.ts';
import { askStore, gateStore } from './gate.ts';
import { importScan } from './import.ts';
import { keepVerdict } from './kept-verdicts.ts';
import { decisionOf } from './replay.ts';
import { changesSince, keepBaseline, keptBaseline } from './verdict-history.ts';

const POLICY = readPolicy({ name: 'house' });

function anInput(candidates: readonly Finding[], given: Partial<DecideInput> = {}): DecideInput {
  return {
    release: 'shop 4.2',
    policy: POLICY,
    scope: EVERYTHING,
    now: NOW,
    evidence: [someEvidence()],
    candidates,
    counts: { open: candidates.length, bySeverity: noSeverities() },
    fromScans: false,
    ...given,
  };
}

async function keep(store: Store, input: DecideInput): Promise<number> {
  const verdict = decide(input);
  const decision = decisionOf(input, verdict, '0.1.0');
  return await keepVerdict(store.writer, { verdict, decision, recordedAt: NOW });
}

const critical = (vulnerability: string): Finding => aFinding({ vulnerability, severity: 'critical' });

describe('what changed since the last verdict', () => {
  test('is what blocks now and did not then, and what no longer blocks', async () => {
    const store = await openMemoryStore();
    try {
      await keep(store, anInput([critical('CVE-2024-1'), critical('CVE-2024-2')]));
      const now = decide(anInput([critical('CVE-2024-2'), critical('CVE-2024-3')], { now: NOW + DAY_MS }));

      const changes = await changesSince(store.reader, now, 'another');

      assert.deepEqual(
        changes?.appeared.map(({ vulnerability }) => vulnerability),
        ['CVE-2024-3'],
      );
      assert.deepEqual(
        changes?.gone.map(({ defect }) => defect),
        ['CVE-2024-1'],
      );
      assert.equal(changes?.otherPolicy, true);
      assert.equal(changes?.decidedAt, NOW);
    } finally {
      await store.close();
    }
  });

  test('is unknown for a release that was never judged, whatever was said of others', async () => {
    const store = await openMemoryStore();
    try {
      await keep(store, anInput([critical('CVE-2024-1')], { release: 'shop 4.1' }));

      assert.equal(await changesSince(store.reader, decide(anInput([])), 'digest'), undefined);
    } finally {
      await store.close();
    }
  });
});

describe('a baseline that is kept', () => {
  test('is what was open in the scope then, whatever happens to it later', async () => {
    const store = await openMemoryStore();
    try {
      await importTrivy(store, ['CVE-2024-1', 'CVE-2024-2'], NOW);
      const input = await askStore(store.reader, {
        release: 'shop',
        policy: POLICY,
        scope: EVERYTHING,
        now: NOW,
      });
      assert.equal(await keepBaseline(store, 'release 4', input), 2);
      await importTrivy(store, ['CVE-2024-2', 'CVE-2024-3'], NOW + DAY_MS);

      const baseline = await keptBaseline(store.reader, 'release 4');
      const verdict = await gateStore(store.reader, {
        release: 'shop',
        policy: readPolicy({ rules: { severity: 'off', 'new-against-baseline': 'block' } }),
        scope: EVERYTHING,
        baseline,
        now: NOW + DAY_MS,
      });

      assert.equal(verdict.verdict, 'NO-GO');
      assert.equal(verdict.baseline, 'release 4');
      assert.deepEqual(
        verdict.reasons.flatMap(({ findings }) => findings.map(({ vulnerability }) => vulnerability)),
        ['CVE-2024-3'],
      );
    } finally {
      await store.close();
    }
  });

  test('nobody kept is none', async () => {
    const store = await openMemoryStore();
    try {
      assert.equal(await keptBaseline(store.reader, 'release 4'), undefined);
    } finally {
      await store.close();
    }
  });
});

async function importTrivy(store: Store, ids: readonly string[], at: number): Promise<void> {
  await using folder = await makeFolder();
  const path = folder.file('scan.json');
  const createdAt = new Date(at).toISOString();
  await writeFile(path, trivyScan({ createdAt, entries: ids.map((id) => ({ id, severity: 'HIGH' })) }));
  await importScan({
    store,
    file: { name: 'scan.json', path, async [Symbol.asyncDispose]() {} },
    options: {},
    now: () => at,
    signal: new AbortController().signal,
  });
}
