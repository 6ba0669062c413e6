/** How the contract's tests tell a store things and ask what it shows. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ANY_FINDING } from '../../domain/filter.ts';
import type { Finding } from '../../domain/finding.ts';
import type { KeyedStatement } from '../../domain/keyed.ts';
import type { RunSummary } from '../../domain/run.ts';
import type { Coverage, Rejected, StreamRef } from '../../domain/statement.ts';
import type { Store } from '../store.ts';
import { aCoverage, DAY_MS, NOON, TRIVY } from './statements.ts';

/** Gives an empty store each time. */
export type OpenStore = () => Promise<Store>;

/** A test with a store of its own. */
export type StoreTest = (sentence: string, body: (store: Store) => Promise<void>) => void;

export function testsOf(openStore: OpenStore): StoreTest {
  return (sentence, body) => {
    it(sentence, async () => {
      const store = await openStore();
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });
  };
}

/** When things are recorded, unless the test says otherwise: after all that they speak of. */
export const RECORDED_AT = NOON + 30 * DAY_MS;

export interface RunFacts {
  readonly stream?: StreamRef;
  readonly at?: number;
  readonly holdMs?: number;
  readonly recordedAt?: number;
  readonly says?: readonly KeyedStatement[];
  readonly rejected?: readonly Rejected[];
  readonly coverage?: Partial<Coverage>;
}

/** A staged run: complete, closing and speaking for everything, but for what is said. */
export async function record(store: Store, facts: RunFacts): Promise<RunSummary> {
  const { stream = TRIVY, at = NOON, holdMs = 0, recordedAt = RECORDED_AT, coverage = {} } = facts;
  const run = await store.writer.beginRun({
    stream,
    holdMs,
    observedAt: at,
    recordedAt,
    visibility: 'staged',
  });
  await run.stage(facts.says ?? [], facts.rejected);
  return await run.finish(aCoverage({ observedAt: at, ...coverage }));
}

export async function findingsIn(store: Store): Promise<readonly Finding[]> {
  const { findings } = await store.reader.findings({ filter: ANY_FINDING, order: 'id', limit: 100 });
  return findings;
}

export async function theFinding(store: Store): Promise<Finding> {
  const [finding, ...others] = await findingsIn(store);
  assert.equal(others.length, 0, 'there is one finding');
  assert.ok(finding !== undefined, 'there is one finding');
  return finding;
}

/** What is shown of each finding under its name, for tests with one finding per name. */
export async function shownOf<T>(
  store: Store,
  shown: (finding: Finding) => T,
): Promise<Readonly<Record<string, T>>> {
  const findings = await findingsIn(store);
  return Object.fromEntries(findings.map((one) => [one.vulnerability ?? one.rule ?? '', shown(one)]));
}

export async function statesIn(store: Store): Promise<Readonly<Record<string, string>>> {
  return await shownOf(store, ({ state }) => state);
}
