import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { aFinding, aWaiver, countsOf, NOW, someEvidence } from '../../test/support/builders.ts';
import { inputs } from '../../test/support/decide-inputs.ts';
import { coreOf, keptCoreOf } from '../attest/core.ts';
import { sha256Of } from '../attest/digest.ts';
import { factsOf, inputFrom, policyDigest } from '../attest/facts.ts';
import { isGatehouseError } from '../domain/errors.ts';
import type { AssetId, Finding, FindingId } from '../domain/finding.ts';
import { EVERYTHING } from '../domain/scope.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { type DecideInput, decide } from '../policy/decide.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { type Decision, decisionOf, packDecision, replay, unpackDecision } from './replay.ts';

const RUNS = { numRuns: 300 };
const ENGINE = '1.2.3';

function anInput(facts: Partial<DecideInput> = {}): DecideInput {
  const candidates = facts.candidates ?? [
    aFinding({ severity: 'critical', vulnerability: 'CVE-2024-0001' }),
    aFinding({ severity: 'high', vulnerability: 'CVE-2024-0002', fixVersions: ['2.0.0'] }),
  ];
  return {
    release: 'shop 2.0',
    policy: readPolicy({}),
    scope: EVERYTHING,
    now: NOW,
    evidence: [someEvidence()],
    candidates,
    counts: countsOf(candidates),
    fromScans: false,
    ...facts,
  };
}

function decided(input: DecideInput = anInput()): Decision {
  return decisionOf(input, decide(input), ENGINE);
}

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (isGatehouseError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing was refused';
}

describe('the facts of a verdict', () => {
  it('give the same core, byte for byte, whatever was decided', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const facts = factsOf(input);
        const again = inputFrom(facts.text, facts.digest);
        assert.equal(keptCoreOf(decide(again)).text, keptCoreOf(decide(input)).text);
      }),
      RUNS,
    );
  });

  it('come back as they were, and are kept under the same digest again', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const again = inputFrom(factsOf(input).text);
        assert.deepEqual(again, JSON.parse(JSON.stringify(input)));
        assert.deepEqual(factsOf(again), factsOf(input));
      }),
      RUNS,
    );
  });

  it('give the same core when a store numbers findings and assets otherwise', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const renumbered = (findings: readonly Finding[]): Finding[] =>
          findings.map((finding) => ({
            ...finding,
            id: (1000 + 7 * finding.id) as FindingId,
            assetId: (500 - finding.assetId) as AssetId,
          }));
        const other = {
          ...input,
          candidates: renumbered(input.candidates),
          baseline: input.baseline && renumbered(input.baseline),
        };
        assert.equal(keptCoreOf(decide(other)).digest, keptCoreOf(decide(input)).digest);
      }),
      RUNS,
    );
  });

  it('keep members that nobody here knows', () => {
    const input = { ...anInput(), invented: { later: [1, 2] } };

    const again = inputFrom(factsOf(input).text);

    assert.deepEqual(
      Object.entries(again).find(([key]) => key === 'invented'),
      ['invented', { later: [1, 2] }],
    );
  });

  it('are kept though a title is no Unicode', () => {
    const input = anInput({ candidates: [aFinding({ severity: 'critical', title: 'bad \ud800 title' })] });

    assert.equal(replay(decided(input), { engine: ENGINE }).isSame, true);
  });

  it('change with anything that was given', () => {
    const given = anInput();
    const others: readonly Partial<DecideInput>[] = [
      { now: NOW + 1 },
      { release: 'shop 2.1' },
      { candidates: given.candidates.slice(1) },
      { evidence: [someEvidence({ rejected: 1 })] },
      { waivers: [aWaiver()] },
      { fromScans: true },
      { policy: readPolicy({ preset: 'balanced' }) },
    ];

    const digests = [{}, ...others].map((other) => factsOf({ ...given, ...other }).digest);

    assert.equal(new Set(digests).size, digests.length);
  });

  it('are refused under another digest', async () => {
    const facts = factsOf(anInput());

    const said = await refusal(() => inputFrom(facts.text.replace('critical', 'medium'), facts.digest));

    assert.match(said, /input-invalid: the facts are not those/);
  });

  for (const [what, text] of [
    ['no JSON', '{'],
    ['null', 'null'],
    ['empty', '{}'],
    ['a finding without its observations', factsOf(anInput()).text.replace('"observations":[', '"seen":[')],
    [
      'a severity nobody knows',
      factsOf(anInput()).text.replace('"severity":"critical"', '"severity":"mild"'),
    ],
  ] as const) {
    it(`are refused when they are ${what}`, async () => {
      assert.match(await refusal(() => inputFrom(text)), /^input-invalid: these are no facts of a verdict: /);
    });
  }
});

describe('the core of a verdict', () => {
  it('names findings by what they are, and holds no number of a store', () => {
    const verdict = decide(anInput());

    const core = coreOf(verdict);

    assert.deepEqual(core.reasons[0]?.findings[0], {
      asset: { kind: 'image', name: 'registry/shop' },
      defect: 'CVE-2024-0001',
      place: 'pkg:npm/lodash',
    });
    assert.doesNotMatch(canonicalJson(core), /"(?:id|assetId)":/);
  });

  it('is the same whatever was added to the verdict afterwards', () => {
    const verdict = decide(anInput());
    const added = {
      ...verdict,
      subject: { name: 'shop', sha256: 'a'.repeat(64) },
      override: { by: 'ann', reason: 'r', at: NOW, until: NOW + 1 },
    };

    assert.deepEqual(keptCoreOf(added), keptCoreOf(verdict));
  });
});

describe('the digest of a policy', () => {
  it('does not depend on how it was written, and changes with what it says', () => {
    const short = policyDigest(readPolicy({ rules: { severity: 'warn' } }));
    const long = policyDigest(readPolicy({ preset: 'strict', rules: { severity: { action: 'warn' } } }));

    assert.equal(short, long);
    assert.notEqual(short, policyDigest(readPolicy({})));
  });
});

describe('replay', () => {
  it('says the same of what was decided by this version and policy', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { isSame, differences } = replay(decided(input), { engine: ENGINE });
        assert.deepEqual({ isSame, differences }, { isSame: true, differences: [] });
      }),
      RUNS,
    );
  });

  it('names the other version, and what it decides otherwise', () => {
    const kept = decided();
    const was = JSON.parse(kept.core.text);
    const told = { ...was, verdict: 'GO', reasons: [], counts: { ...was.counts, problems: 7 } };
    const old = decisionOf(anInput(), decide(anInput()), '0.9.0');
    const text = canonicalJson(told);
    const digest = sha256Of(text);

    const replayed = replay({ ...old, core: { text, digest } }, { engine: ENGINE });

    assert.equal(replayed.isSame, false);
    assert.deepEqual(replayed.engine, { was: '0.9.0', is: ENGINE });
    assert.match(replayed.differences.join('\n'), /the verdict was GO and is NO-GO/);
    assert.match(
      replayed.differences.join('\n'),
      /severity \(block\) now holds against CVE-2024-0001 in pkg:npm/,
    );
    assert.match(replayed.differences.join('\n'), /counts\.problems was 7 and is 2/);
  });

  it('says what another policy would have decided, and what it cannot know', () => {
    const lenient = readPolicy({
      name: 'lenient',
      rules: { severity: { action: 'block', atOrAbove: 'critical' } },
    });

    const replayed = replay(decided(), { engine: ENGINE, policy: lenient });

    assert.deepEqual(replayed.verdict, { was: 'NO-GO', is: 'NO-GO' });
    assert.notEqual(replayed.policy.was, replayed.policy.is);
    assert.match(replayed.differences.join('\n'), /severity \(block\) no longer holds against CVE-2024-0002/);
    assert.match(replayed.notes.join('\n'), /asks about other findings/);
  });

  it('has a sentence for every difference there is', () => {
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        const kept = { ...decided(one), facts: factsOf(other), policy: policyDigest(other.policy) };
        const { isSame, differences } = replay(kept, { engine: ENGINE });
        assert.equal(differences.length === 0, isSame);
      }),
      RUNS,
    );
  });

  it('refuses an outcome, a policy or facts that were changed since', async () => {
    const kept = decided();
    const other = decided(anInput({ policy: readPolicy({ preset: 'development' }) }));
    const changed = [
      { ...kept, core: { ...kept.core, text: kept.core.text.replace('NO-GO', 'GO') } },
      { ...kept, policy: other.policy },
      { ...kept, facts: { ...kept.facts, text: other.facts.text } },
    ];

    for (const one of changed)
      assert.match(await refusal(() => replay(one, { engine: ENGINE })), /^input-invalid/);
  });

  it('refuses facts whose rules have parameters that are not theirs', async () => {
    const input = anInput();
    const severity = { action: 'block', parameters: { atOrAbove: 'somewhat' } } as const;
    const policy = { ...input.policy, rules: { ...input.policy.rules, severity } };
    const kept = { ...decided(), facts: factsOf({ ...input, policy }), policy: policyDigest(policy) };

    const said = await refusal(() => replay(kept, { engine: ENGINE }));

    assert.match(said, /input-invalid: this version cannot judge by that policy/);
  });
});

describe('a bundle', () => {
  it('is the decision in a file, the same after unpacking', async () => {
    const kept = decided();

    assert.deepEqual(await unpackDecision(await packDecision(kept)), kept);
  });

  it('may be unpacked and written otherwise by hand', async () => {
    const kept = decided();
    const text = gunzipSync(await packDecision(kept)).toString();

    const pretty = Buffer.from(JSON.stringify(JSON.parse(text), null, 2));

    assert.deepEqual(await unpackDecision(pretty), kept);
  });

  for (const [what, bytes] of [
    ['nothing', Buffer.from('')],
    ['another JSON', Buffer.from('{"bundle":"other/1"}')],
    ['deep', Buffer.from(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)],
    ['cut off', gzipSync('{"bundle":1}'.repeat(100)).subarray(0, 20)],
    ['a bomb', gzipSync(Buffer.alloc(401_000_000))],
  ] as const) {
    it(`is refused when it is ${what}`, async () => {
      assert.match(
        await refusal(() => unpackDecision(bytes)),
        /^input-invalid: this is no bundle of a verdict/,
      );
    });
  }
});

describe('a bundle that somebody made up', () => {
  const odd = fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e300,
    '',
    'x',
    '__proto__',
    [],
    [[]],
    {},
    [null],
    [{}],
    {
      length: 3,
    },
  );

  it('is decided or refused, and never fails otherwise', () => {
    let refused = 0;
    let decidedAgain = 0;
    fc.assert(
      fc.property(inputs, fc.nat(), odd, fc.boolean(), (input, at, value, isLeftOut) => {
        const facts = changedAt(JSON.parse(factsOf(input).text), at, isLeftOut ? undefined : value);
        const text = canonicalJson(facts);
        const policy = sha256Of(canonicalJson(Object(facts).policy ?? null));
        const made = { ...decided(input), facts: { text, digest: sha256Of(text) }, policy };
        try {
          replay(made, { engine: ENGINE });
          decidedAgain += 1;
        } catch (error) {
          if (!isGatehouseError(error)) throw error;
          refused += 1;
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(refused > 200 && decidedAgain > 200, `${refused} refused, ${decidedAgain} decided`);
  });
});

/** With the n-th of all its members (counted round) replaced, or left out. */
function changedAt(document: unknown, n: number, value: unknown): unknown {
  const holders: (readonly [holder: object, key: string])[] = [];
  const collect = (inside: unknown): void => {
    if (typeof inside !== 'object' || inside === null) return;
    for (const [key, member] of Object.entries(inside)) {
      holders.push([inside, key]);
      collect(member);
    }
  };
  collect(document);
  const [holder, key] = holders[n % holders.length] ?? [];
  if (holder === undefined || key === undefined) return document;
  if (Array.isArray(holder)) holder.splice(Number(key), 1, ...(value === undefined ? [] : [value]));
  else Object.assign(holder, { [key]: value });
  return document;
}
