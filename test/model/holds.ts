/** What laws are made of: properties over scripts, and the comparison of a store with the reference model. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RunSummary } from '../../src/domain/run.ts';
import { noSeverities } from '../../src/domain/severity.ts';
import type { Store } from '../../src/store/store.ts';
import { type ScriptOptions, script } from './generators.ts';
import { findingsOf, identityOf, mentionedIn } from './reference-model.ts';
import { type RunEvent, type ScriptEvent, visiblePartOf } from './script.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { toldScript } from './told.ts';
import { mainsOf, type World } from './world.ts';

export interface LawOptions {
  /** Gives an empty store each time. */
  readonly openStore: () => Promise<Store>;
  /** Sequences tried per law. */
  readonly numRuns: number;
  /** When to stop looking, and for a failure to stop shrinking it; 20 s when not given. */
  readonly timeLimitMs?: number | undefined;
  /** To try the same sequences again. */
  readonly seed?: number | undefined;
}

export type Law = (options: LawOptions) => Promise<void>;

/** A law over a script and whatever else it is about; each sequence gets a store of its own. */
export function law<More>(
  options: ScriptOptions,
  more: fc.Arbitrary<More>,
  holds: (store: Store, events: readonly ScriptEvent[], more: More) => Promise<void>,
): Law {
  return async ({ openStore, numRuns, seed, timeLimitMs = 20_000 }) => {
    let underWay: Promise<void> = Promise.resolve();
    const tried = async (events: readonly ScriptEvent[], given: More): Promise<void> => {
      const store = await openStore();
      try {
        await holds(store, events, given);
      } finally {
        await store.close();
      }
    };
    const property = fc.asyncProperty(script(options), more, (events, given) => {
      underWay = tried(events, given);
      return underWay;
    });
    const found = await fc.check(property, {
      numRuns,
      interruptAfterTimeLimit: timeLimitMs,
      ...(seed === undefined ? {} : { seed }),
    });
    // Interrupted at its time limit it leaves a sequence half played, which would go on in the next law's store.
    await Promise.allSettled([underWay]);
    if (!found.failed) return await underWay;
    const [events = [], given] = found.counterexample ?? [];
    const cause = found.errorInstance;
    const why = cause instanceof Error ? cause.message : String(cause);
    const told = `${toldScript(events)}\nand ${JSON.stringify(given)}\n(seed ${found.seed})`;
    throw new Error(`it does not hold after\n${told}\n${why}`, { cause });
  };
}

export async function assertShows(store: Store, world: World): Promise<Snapshot> {
  const snapshot = await snapshotOf(store.reader);
  assert.deepEqual(snapshot.findings, findingsOf(world));
  return snapshot;
}

/** What a run says it did, against the worlds before and after it. */
export function assertAddsUp(summary: RunSummary, event: RunEvent, before: World, after: World): void {
  const run = visiblePartOf(event);
  assert.ok(run !== undefined);
  const mains = mainsOf(run);
  const listed = mentionedIn(after, run, { withDetails: false });
  const detailed = mentionedIn(after, run, { withDetails: true });
  const bySeverity = noSeverities();
  for (const { severity } of mains) bySeverity[severity] += 1;
  const { created, updated, unchanged, reopened, closed } = summary.changes;

  assert.deepEqual(
    {
      state: summary.state,
      observations: summary.observations,
      findings: created + updated + unchanged + reopened,
      bySeverity: summary.bySeverity,
      rejected: summary.rejected,
    },
    {
      state: run.state,
      observations: mains.length,
      findings: summary.findings,
      bySeverity,
      rejected: run.rejected.length,
    },
  );
  // A detail that changes a finding counts as mentioning it; one that says what was known need not.
  const { findings } = summary;
  const bounds = `${listed.size} to ${detailed.size}`;
  assert.ok(listed.size <= findings && findings <= detailed.size, `${findings} findings, not ${bounds}`);

  const earlier = new Map(findingsOf(before).map((one) => [identityOf(one), one.state]));
  const later = new Map(findingsOf(after).map((one) => [identityOf(one), one.state]));
  // Where names were joined or entries moved, a finding is not told apart by what it is about.
  if ([...earlier.keys()].some((identity) => !later.has(identity))) return;
  const turned = (from: string, to: string) =>
    [...later].filter(([identity, state]) => state === to && earlier.get(identity) === from);
  assert.deepEqual(
    { created, reopened, closed },
    {
      created: [...later.keys()].filter((identity) => !earlier.has(identity)).length,
      reopened: turned('resolved', 'open').length,
      closed: turned('open', 'resolved').length,
    },
  );
}
