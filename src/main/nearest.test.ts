import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meantCommand, nearest } from './nearest.ts';

const NAMES = ['gate', 'import', 'policy check', 'policy test', 'key new', 'key show'];

test('the nearest word is the one with the fewest letters to change', () => {
  assert.equal(nearest('balnced', ['strict', 'balanced']), 'balanced');
  assert.equal(nearest('PRE_PRODUCTION', ['pre-production']), 'pre-production');
});

test('a word of which half would have to change is near, and one of which more would is not', () => {
  assert.equal(nearest('gaxx', ['gate']), 'gate');
  assert.equal(nearest('gxxx', ['gate']), undefined);
  assert.equal(nearest('', ['gate']), undefined);
});

for (const [line, meant] of [
  ['gaet', 'gate'],
  ['gaet trivy.json', 'gate'],
  ['polcy check', 'policy check'],
  ['policy tset', 'policy test'],
  ['polcy tset strict', 'policy test'],
  ['kye new', 'key new'],
  ['polcy', 'policy'],
  ['polcy frobnicate', 'policy'],
  ['frobnicate', undefined],
] as const) {
  test(`"${line}" ${meant === undefined ? 'means no command' : `means ${meant}`}`, () => {
    assert.equal(meantCommand(line.split(' '), NAMES), meant);
  });
}
