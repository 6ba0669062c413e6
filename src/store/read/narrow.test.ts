import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from '../../domain/filter.ts';
import { isNarrow, questionsOf, wholeScopes } from './narrow.ts';

const OPEN: Filter = { op: 'state', is: 'open' };
const CRITICAL: Filter = { op: 'severity', in: ['critical'] };
const IN_USE: Filter = { op: 'function', in: ['in-use'] };
const FIXABLE: Filter = { op: 'fixable', is: true };
const CHANNEL = { name: 'asked', channels: ['production'] };

test('everything else is said in every alternative, and alternatives of alternatives are one list', () => {
  const nested: Filter = { op: 'any', of: [CRITICAL, { op: 'all', of: [{ op: 'any', of: [IN_USE] }] }] };

  const questions = questionsOf({ op: 'all', of: [OPEN, nested, FIXABLE] });

  assert.deepEqual(questions, [
    { op: 'all', of: [OPEN, FIXABLE, CRITICAL] },
    { op: 'all', of: [OPEN, FIXABLE, IN_USE] },
  ]);
});

test('a filter without alternatives is one question', () => {
  const filter: Filter = { op: 'all', of: [OPEN, CRITICAL] };

  assert.deepEqual(questionsOf(filter), [filter]);
});

test('alternatives are narrow only when each of them is', () => {
  assert.equal(isNarrow({ op: 'any', of: [CRITICAL, IN_USE] }), true);
  assert.equal(isNarrow({ op: 'any', of: [CRITICAL, FIXABLE] }), false);
  assert.equal(isNarrow({ op: 'severity', in: ['high', 'medium'] }), false);
});

test('a test of intelligence is narrow when few findings pass it', () => {
  const likely: Filter = { op: 'epss', atLeast: 0.5 };

  assert.equal(isNarrow(likely), false);
  assert.equal(isNarrow(likely, { scopes: new Map(), rare: new Set([likely]) }), true);
});

test('a scope is begun with as a whole when all of it that is open is wanted, and nothing leads to less', () => {
  const scope: Filter = { op: 'scope', scope: CHANNEL };
  const asset: Filter = { op: 'asset', in: [{ kind: 'image', name: 'shop' }] };
  const scopes = new Map([[CHANNEL, { streams: [1], few: undefined, isWhole: false }]]);
  const isWhole = (filter: Filter) =>
    wholeScopes(filter, { scopes, rare: new Set() }).scopes.get(CHANNEL)?.isWhole;

  assert.equal(isWhole({ op: 'all', of: [OPEN, scope] }), true);
  assert.equal(isWhole(scope), false);
  assert.equal(isWhole({ op: 'all', of: [OPEN, scope, asset] }), false);
});
