import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from '../../domain/filter.ts';
import { asQuestions, isNarrow, wholeScopes } from './narrow.ts';

const OPEN: Filter = { op: 'state', is: 'open' };
const CRITICAL: Filter = { op: 'severity', in: ['critical'] };
const IN_USE: Filter = { op: 'function', in: ['in-use'] };
const CHANNEL = { name: 'asked', channels: ['production'] };

test('the state is said in every alternative, and alternatives of alternatives are one list', () => {
  const nested: Filter = { op: 'any', of: [CRITICAL, { op: 'all', of: [{ op: 'any', of: [IN_USE] }] }] };

  const questions = asQuestions({ op: 'all', of: [OPEN, nested] });

  const expected = [
    { op: 'all', of: [OPEN, CRITICAL] },
    { op: 'all', of: [OPEN, IN_USE] },
  ];
  assert.deepEqual(questions, { op: 'all', of: [{ op: 'any', of: expected }] });
});

test('a filter without alternatives stays as it is', () => {
  const filter: Filter = { op: 'all', of: [OPEN, CRITICAL] };

  assert.equal(asQuestions(filter), filter);
});

test('alternatives are narrow only when each of them is', () => {
  assert.equal(isNarrow({ op: 'any', of: [CRITICAL, IN_USE] }), true);
  assert.equal(isNarrow({ op: 'any', of: [CRITICAL, { op: 'fixable', is: true }] }), false);
  assert.equal(isNarrow({ op: 'severity', in: ['high', 'medium'] }), false);
});

test('a scope is begun with as a whole when all of it that is open is wanted, and nothing leads to less', () => {
  const scope: Filter = { op: 'scope', scope: CHANNEL };
  const asset: Filter = { op: 'asset', in: [{ kind: 'image', name: 'shop' }] };
  const leadOf = (filter: Filter) => wholeScopes(filter, new Map()).get(CHANNEL);

  assert.equal(leadOf({ op: 'all', of: [OPEN, scope] }), 'whole');
  assert.equal(leadOf(scope), undefined);
  assert.equal(leadOf({ op: 'all', of: [OPEN, scope, asset] }), undefined);
});
