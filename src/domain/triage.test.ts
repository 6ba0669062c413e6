import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriageNote, triageOf } from './triage.ts';

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
