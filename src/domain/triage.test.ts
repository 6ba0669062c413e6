import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingId } from './finding.ts';
import { TriageNote, triageOf, vexOf } from './triage.ts';

const FINDING = 7 as FindingId;

const note = (more: Partial<TriageNote>): TriageNote => ({ by: 'ann', validAt: 1, ...more });

test('the newest note holds, whatever order they arrived in', () => {
  const notes = [
    note({ validAt: 3, state: 'accepted' }),
    note({ validAt: 1, state: 'under-investigation', assignee: 'bob' }),
  ];

  assert.deepEqual(triageOf(notes), triageOf([...notes].reverse()));
  assert.equal(triageOf(notes).state, 'accepted');
  assert.equal(triageOf(notes).assignee, 'bob');
});

test('a new state does not inherit the justification of the old one', () => {
  const notes = [
    note({ validAt: 1, state: 'not-affected', justification: 'component-not-present' }),
    note({ validAt: 2, state: 'affected' }),
  ];

  assert.equal(triageOf(notes).justification, undefined);
});

test('not affected needs a justification', () => {
  assert.equal(TriageNote.safeParse(note({ state: 'not-affected' })).success, false);
});

test('comments are kept in the order of their moments', () => {
  const { comments } = triageOf([note({ validAt: 2, comment: 'b' }), note({ validAt: 1, comment: 'a' })]);

  assert.deepEqual(
    comments.map(({ text }) => text),
    ['a', 'b'],
  );
});

test('what is not affected speaks for exactly its finding, in the name of who said so', () => {
  const notes = [
    note({ state: 'not-affected', justification: 'component-not-present', comment: 'tests only', by: 'bob' }),
    note({ validAt: 2, assignee: 'cid', comment: 'thanks', by: 'cid' }),
  ];

  assert.deepEqual(vexOf(FINDING, triageOf(notes)), {
    finding: FINDING,
    status: 'not-affected',
    issuer: 'bob',
    reason: 'not-affected, component-not-present: tests only',
    fromJudgedScans: false,
  });
});

for (const state of ['accepted', 'affected', 'under-investigation'] as const) {
  test(`${state} sets nothing aside`, () => {
    assert.equal(vexOf(FINDING, triageOf([note({ state })])), undefined);
  });
}

test('a false positive that somebody takes back no longer speaks', () => {
  const [first, second] = [note({ state: 'false-positive' }), note({ validAt: 2, state: 'affected' })];

  assert.notEqual(vexOf(FINDING, triageOf([first])), undefined);
  assert.equal(vexOf(FINDING, triageOf([first, second])), undefined);
});
