import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JUDGED_AT, judgedStore } from '../../test/support/judged-store.ts';
import { EVERYTHING } from '../domain/scope.ts';
import type { TriageNote } from '../domain/triage.ts';
import { decide } from '../policy/decide.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { anAdvisory } from '../store/contract/statements.ts';
import { askStore } from './gate.ts';
import { decisionOf, replay } from './replay.ts';
import { findingsNamed, noteOn, vexFromTriage } from './triage.ts';

const TWO = [
  { id: 'CVE-2024-1001', severity: 'CRITICAL', name: 'left-pad' },
  { id: 'CVE-2024-1001', severity: 'CRITICAL', name: 'right-pad' },
];
const NOT_AFFECTED: TriageNote = {
  state: 'not-affected',
  justification: 'vulnerable-code-not-present',
  by: 'ann',
  validAt: JUDGED_AT,
};

describe('the gate over triage', () => {
  test('sets aside exactly what was triaged, in the name of who did', async () => {
    await using judged = await judgedStore(TWO);
    const { reader } = judged.store;
    const [first, second] = await judged.findings();
    assert.ok(first !== undefined && second !== undefined);

    await noteOn(judged.store, [first], NOT_AFFECTED, JUDGED_AT);
    const one = await judged.judge({ vex: await vexFromTriage(reader, JUDGED_AT) });
    await noteOn(judged.store, [second], { ...NOT_AFFECTED, by: 'bob' }, JUDGED_AT);
    const both = await judged.judge({ vex: await vexFromTriage(reader, JUDGED_AT) });

    assert.deepEqual([one.verdict, both.verdict], ['NO-GO', 'GO']);
    assert.deepEqual(
      both.setAside.map(({ finding, kind, issuer, honoured }) => [finding.component, kind, issuer, honoured]),
      [
        ['pkg:npm/left-pad', 'vex', 'ann', true],
        ['pkg:npm/right-pad', 'vex', 'bob', true],
      ],
    );
  });

  test('honours those alone whom the policy names, and shows the others', async () => {
    await using judged = await judgedStore(TWO.slice(0, 1));
    await noteOn(judged.store, await judged.findings(), NOT_AFFECTED, JUDGED_AT);
    const vex = await vexFromTriage(judged.store.reader, JUDGED_AT);

    const policy = readPolicy({ honour: [{ kind: 'vex', issuers: ['product-security'] }] });
    const verdict = await judged.judge({ vex, policy });

    assert.equal(verdict.verdict, 'NO-GO');
    assert.match(verdict.setAside[0]?.note ?? '', /does not honour vex by ann/);
  });

  for (const state of ['accepted', 'under-investigation', 'affected'] as const) {
    test(`lets ${state} change nothing`, async () => {
      await using judged = await judgedStore(TWO);
      await noteOn(
        judged.store,
        await judged.findings(),
        { state, by: 'ann', validAt: JUDGED_AT },
        JUDGED_AT,
      );

      assert.deepEqual(await vexFromTriage(judged.store.reader, JUDGED_AT), []);
    });
  }

  test('follows a finding into the one that it was merged with', async () => {
    const [cve, ghsa] = ['CVE-2024-1001', 'GHSA-aaaa-bbbb-cccc'];
    await using judged = await judgedStore([{ id: cve }, { id: ghsa }]);
    const { writer, reader } = judged.store;
    const before = await judged.findings();
    await noteOn(judged.store, before, NOT_AFFECTED, JUDGED_AT);

    const joined = anAdvisory({ id: ghsa, aliases: [cve], modifiedAt: JUDGED_AT });
    await writer.recordAdvisories('osv', [joined], JUDGED_AT);

    const [left, ...others] = await judged.findings();
    assert.deepEqual([before.length, others], [2, []]);
    for (const { id } of before) {
      const named = await findingsNamed(reader, [String(id)]);
      assert.deepEqual(
        named.map((one) => one.id),
        [left?.id],
      );
    }
    const vex = await vexFromTriage(reader, JUDGED_AT);
    assert.deepEqual(
      vex.map(({ finding }) => finding),
      [left?.id],
    );
    assert.equal((await judged.judge({ vex })).verdict, 'GO');
  });

  test('is decided again from what was kept, with the same verdict', async () => {
    await using judged = await judgedStore(TWO.slice(0, 1));
    const { reader } = judged.store;
    await noteOn(judged.store, await judged.findings(), NOT_AFFECTED, JUDGED_AT);
    const input = await askStore(reader, {
      release: 'shop',
      policy: readPolicy({}),
      scope: EVERYTHING,
      vex: await vexFromTriage(reader, JUDGED_AT),
      now: JUDGED_AT,
    });

    const { isSame, differences } = replay(decisionOf(input, decide(input), '1.0.0'), { engine: '1.0.0' });

    assert.deepEqual([decide(input).verdict, isSame, differences], ['GO', true, []]);
  });

  test('does not know yet what is only said later', async () => {
    await using judged = await judgedStore(TWO);
    await noteOn(judged.store, await judged.findings(), NOT_AFFECTED, JUDGED_AT);

    assert.deepEqual(await vexFromTriage(judged.store.reader, JUDGED_AT - 1), []);
  });
});
