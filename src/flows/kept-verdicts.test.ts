import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aFinding, countsOf, NOW, someEvidence } from '../../test/support/builders.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { EVERYTHING } from '../domain/scope.ts';
import { type DecideInput, decide } from '../policy/decide.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import { keepVerdict, keptDecision } from './kept-verdicts.ts';
import { decisionOf, replay } from './replay.ts';

const ENGINE = '1.2.3';

function keepingOf(severity: 'low' | 'critical') {
  const candidates = [aFinding({ severity })];
  const input: DecideInput = {
    release: 'shop 2.0',
    policy: readPolicy({}),
    scope: EVERYTHING,
    now: NOW,
    evidence: [someEvidence()],
    candidates,
    counts: countsOf(candidates),
    fromScans: false,
  };
  const verdict = decide(input);
  return { verdict, decision: decisionOf(input, verdict, ENGINE), recordedAt: NOW + 5 };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isGatehouseError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing was refused';
}

describe('a verdict in the store', () => {
  it('comes back as it was decided, by its id or as the last, and replays', async () => {
    const store = await openMemoryStore();
    const [first, second] = [keepingOf('critical'), keepingOf('low')];
    const id = await keepVerdict(store.writer, first);
    await keepVerdict(store.writer, second);

    const [byId, last] = [await keptDecision(store.reader, id), await keptDecision(store.reader, undefined)];
    const record = await store.reader.verdict(id);
    await store.close();

    assert.deepEqual([byId, last], [first.decision, second.decision]);
    assert.equal(replay(byId, { engine: ENGINE }).isSame, true);
    assert.deepEqual([record?.word, record?.decidedAt, record?.recordedAt], ['NO-GO', NOW, NOW + 5]);
  });

  it('keeps facts packed, and the same facts once', async () => {
    const store = await openMemoryStore();
    const keeping = keepingOf('critical');
    const ids = [await keepVerdict(store.writer, keeping), await keepVerdict(store.writer, keeping)];

    const bytes = await store.reader.artefact(keeping.decision.facts.digest);
    await store.close();

    assert.equal(new Set(ids).size, 2);
    assert.ok(bytes !== undefined && bytes.length < keeping.decision.facts.text.length / 2);
  });

  it('that is not there is told, and so are facts that are gone or broken', async () => {
    const store = await openMemoryStore();
    const { reader } = store;
    const nothing = await refusal(keptDecision(reader, undefined));
    const id = await keepVerdict(store.writer, keepingOf('low'));
    const unknown = await refusal(keptDecision(reader, id + 1));
    const withFacts = (bytes: Uint8Array | undefined): Promise<string> =>
      refusal(
        keptDecision(
          {
            verdict: (asked) => reader.verdict(asked),
            verdicts: (query) => reader.verdicts(query),
            artefact: async () => bytes,
          },
          id,
        ),
      );
    const [gone, broken] = [await withFacts(undefined), await withFacts(Buffer.from([0x1f, 0x8b, 1]))];
    await store.close();

    assert.match(nothing, /not-found: no verdict is kept in the store; --bundle FILE/);
    assert.match(unknown, /not-found: there is no verdict \d+ in the store/);
    assert.match(
      gone,
      /store-unavailable: the verdict \d+ cannot be replayed: its facts are not in the store/,
    );
    assert.match(broken, /cannot be replayed: its facts cannot be unpacked/);
  });
});
