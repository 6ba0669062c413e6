import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isSamePerson } from './person.ts';
import { standingOf, type WaiverEvent, waiversOf, whyNotNext } from './waiver-history.ts';

type Requested = Extract<WaiverEvent, { kind: 'requested' }>;

const requested = (facts: Partial<Requested> = {}): Requested => ({
  kind: 'requested',
  vulnerability: 'CVE-2024-0001',
  by: 'ann',
  reason: 'no path',
  validAt: 0,
  until: 100,
  ...facts,
});
const say = (kind: 'approved' | 'rejected' | 'revoked', by: string, validAt: number): WaiverEvent => ({
  kind,
  by,
  reason: 'because',
  validAt,
});
const renewed = (by: string, validAt: number, until: number): WaiverEvent => ({
  kind: 'renewed',
  by,
  reason: 'not fixed yet',
  validAt,
  until,
});
const stretchesAt = (events: readonly WaiverEvent[], at: number) =>
  (standingOf(events, at)?.stretches ?? []).map(({ from, until, by }) => [from, until, by]);

describe('a waiver', () => {
  test('that is only asked for does not count', () => {
    assert.deepEqual(stretchesAt([requested()], 50), []);
    assert.equal(standingOf([requested()], 50)?.state, 'requested');
    assert.equal(standingOf([requested()], -1), undefined);
  });

  test('that nobody decided on in time has expired', () => {
    assert.equal(standingOf([requested()], 100)?.state, 'expired');
    assert.match(whyNotNext([requested()], say('approved', 'bob', 100)) ?? '', /is over/);
  });

  test('counts by who approved it, and names who asked', () => {
    const standing = standingOf([requested(), say('approved', 'bob', 10)], 10);

    assert.deepEqual(standing && waiversOf('W-1', standing), [
      {
        id: 'W-1',
        vulnerability: 'CVE-2024-0001',
        by: 'bob',
        requestedBy: 'ann',
        reason: 'no path',
        from: 10,
        until: 100,
      },
    ]);
  });

  test('never counts before it was approved, and not before it begins', () => {
    assert.deepEqual(stretchesAt([requested({ from: 50 }), say('approved', 'bob', 10)], 20), [
      [50, 100, 'bob'],
    ]);
    assert.deepEqual(stretchesAt([requested({ from: 5 }), say('approved', 'bob', 10)], 20), [
      [10, 100, 'bob'],
    ]);
  });

  test('is asked for by something that narrows', () => {
    const { vulnerability: _, ...bare } = requested();
    const inScope = (scope: Requested['scope'], facts: object = {}) =>
      whyNotNext([], { ...bare, ...facts, scope });

    assert.match(inScope({ name: 'all' }) ?? '', /is everything: name a vulnerability/);
    assert.equal(inScope({ name: 'all' }, { rule: 'a:b' }), undefined);
    assert.equal(inScope({ name: 'shop', sources: ['shop'] }), undefined);
  });

  test('that was revoked ends at once and for good', () => {
    const events = [requested(), say('approved', 'bob', 10), say('revoked', 'cid', 40)];

    assert.deepEqual(stretchesAt(events, 40), [[10, 40, 'bob']]);
    assert.equal(standingOf(events, 40)?.state, 'revoked');
    assert.equal(standingOf(events, 39)?.state, 'approved');
    assert.match(whyNotNext(events, renewed('ann', 50, 200)) ?? '', /was revoked/);
    assert.match(whyNotNext(events, say('approved', 'bob', 50)) ?? '', /was revoked/);
  });

  test('that was revoked before it began never counted', () => {
    const events = [requested({ from: 50 }), say('approved', 'bob', 10), say('revoked', 'cid', 40)];

    assert.deepEqual(stretchesAt(events, 60), []);
  });

  test('that was rejected is done with', () => {
    const events = [requested(), say('rejected', 'bob', 10)];

    assert.equal(standingOf(events, 20)?.state, 'rejected');
    assert.match(whyNotNext(events, say('approved', 'bob', 20)) ?? '', /was rejected/);
  });

  test('is approved once', () => {
    const events = [requested(), say('approved', 'bob', 10)];

    assert.match(whyNotNext(events, say('approved', 'cid', 11)) ?? '', /nothing is asked for/);
    assert.match(whyNotNext(events, say('rejected', 'cid', 11)) ?? '', /nothing is asked for/);
  });

  test('said by a clock that is behind holds from when it could', () => {
    const events = [requested({ validAt: 20 }), say('approved', 'bob', 10)];

    assert.deepEqual(stretchesAt(events, 20), [[20, 100, 'bob']]);
    assert.deepEqual(stretchesAt(events, 15), []);
  });
});

describe('a renewal', () => {
  const granted = [requested(), say('approved', 'bob', 10)];

  test('changes nothing before it is approved', () => {
    const standing = standingOf([...granted, renewed('ann', 90, 200)], 95);

    assert.equal(standing?.until, 100);
    assert.deepEqual(standing?.renewal, { by: 'ann', reason: 'not fixed yet', until: 200 });
    assert.equal(standingOf([...granted, renewed('ann', 90, 200)], 100)?.state, 'expired');
  });

  test('is not approved by who asked for it, whoever asked first', () => {
    const events = [...granted, renewed('Bob ', 90, 200)];

    assert.match(whyNotNext(events, say('approved', 'bob', 95)) ?? '', /nobody approves their own/);
    assert.match(
      whyNotNext(events, say('approved', 'ANN', 95)) ?? '',
      /asked for the waiver, and nobody approves their own/,
    );
    assert.equal(whyNotNext(events, say('approved', 'cid', 95)), undefined);
  });

  test('that is approved in time goes on without a break', () => {
    const events = [...granted, renewed('ann', 90, 200), say('approved', 'cid', 95)];

    assert.deepEqual(stretchesAt(events, 95), [[10, 200, 'cid']]);
  });

  test('that is approved late leaves the time between uncovered', () => {
    const events = [...granted, renewed('ann', 90, 200), say('approved', 'cid', 150)];

    assert.deepEqual(stretchesAt(events, 150), [
      [10, 100, 'bob'],
      [150, 200, 'cid'],
    ]);
    assert.equal(standingOf(events, 120)?.state, 'expired');
    assert.equal(standingOf(events, 150)?.state, 'approved');
  });

  test('that is rejected leaves what was granted', () => {
    const events = [...granted, renewed('ann', 50, 200), say('rejected', 'cid', 60)];

    assert.deepEqual(stretchesAt(events, 70), [[10, 100, 'bob']]);
    assert.equal(standingOf(events, 70)?.state, 'approved');
    assert.equal(standingOf(events, 70)?.renewal, undefined);
  });

  test('of what nobody approved is no way around the other person', () => {
    assert.match(whyNotNext([requested()], renewed('bob', 5, 200)) ?? '', /nobody has approved/);
  });

  test('asks for a later end, and for one that is still to come', () => {
    assert.match(whyNotNext(granted, renewed('ann', 50, 100)) ?? '', /already/);
    assert.match(whyNotNext(granted, renewed('ann', 300, 200)) ?? '', /is over/);
  });
});

test('whatever is said by whom and when, what counts was approved by somebody else than asked for it', () => {
  const person = fc.constantFrom('ann', 'Ann ', 'bob', 'cid');
  const at = fc.nat({ max: 300 });
  const event: fc.Arbitrary<WaiverEvent> = fc.oneof(
    fc.tuple(person, at).map(([by, validAt]) => requested({ by, validAt, until: validAt + 50 })),
    fc
      .tuple(fc.constantFrom('approved' as const, 'rejected' as const, 'revoked' as const), person, at)
      .map(([kind, by, validAt]) => say(kind, by, validAt)),
    fc.tuple(person, at, at).map(([by, validAt, until]) => renewed(by, validAt, until)),
  );
  let counted = 0;
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const told: WaiverEvent[] = [];
      let asked = '';
      let first = '';
      for (const one of events) {
        if (whyNotNext(told, one) !== undefined) continue;
        if (one.kind === 'approved') for (const by of [first, asked]) assert.ok(!isSamePerson(by, one.by));
        if (one.kind === 'requested') first = one.by;
        if (one.kind === 'requested' || one.kind === 'renewed') asked = one.by;
        told.push(one);
      }
      for (let moment = 0; moment <= 400; moment += 20) {
        const stretches = standingOf(told, moment)?.stretches ?? [];
        for (const { from, until } of stretches) assert.ok(from < until);
        for (const [index, { from }] of stretches.entries())
          assert.ok(from >= (stretches[index - 1]?.until ?? 0), 'stretches never overlap');
        if (told.some(({ kind }) => kind === 'approved')) counted += 1;
        else assert.deepEqual(stretches, []);
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(counted > 0);
});
