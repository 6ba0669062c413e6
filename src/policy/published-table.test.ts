import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTable, type Written } from '../../test/support/decision-tables.ts';
import { viewOf } from './published-table.ts';
import { openRows, placeOf, worstRow } from './table-view.ts';

/** With every mention of the one as the other. */
function renamed(table: Written, from: string, to: string): Written {
  return JSON.parse(JSON.stringify(table).replaceAll(from, to));
}

function pointsOf(table: Written) {
  return viewOf(table).points.map(({ id, is, word, values }) => [
    id,
    is,
    word,
    values.map((one) => one.word),
  ]);
}

describe('a table that was read', () => {
  const reach = ['house:R:1.0.0', undefined, 'reach of ours', ['low', 'very-high']];

  it('takes what is known of the points that we know, of whatever version, in our words', () => {
    for (const id of ['ssvc:E:1.1.0', 'ssvc:E:9.0.0'])
      assert.deepEqual(pointsOf(renamed(aTable(), 'ssvc:E:1.1.0', id)), [
        [id, 'exploitation', 'exploitation', ['none', 'public-poc', 'active']],
        reach,
      ]);
  });

  it('takes a point with other values, or of others, for one of its own', () => {
    const own = [undefined, 'exploitation', ['none', 'public-poc', 'active']];

    assert.deepEqual(pointsOf(renamed(aTable(), '"P"', '"Q"')), [['ssvc:E:1.1.0', ...own], reach]);
    assert.deepEqual(pointsOf(renamed(aTable(), 'ssvc:E:1.1.0', 'x:E:1.1.0')), [
      reach,
      ['x:E:1.1.0', ...own],
    ]);
  });

  it('is the same in whatever order its keys and rows are written', () => {
    const table = aTable(['T', 'S', 'A', 'S', 'T', 'A']);
    const { decision_points, mapping } = table;
    const turned = {
      ...table,
      decision_points: Object.fromEntries(Object.entries(decision_points).toReversed()),
      mapping: mapping.toReversed().map((row) => Object.fromEntries(Object.entries(row).toReversed())),
    };

    assert.deepEqual(viewOf(turned), viewOf(table));
    assert.deepEqual(viewOf(table).ranks, [0, 1, 1, 0, 2, 2]);
  });

  it('calls what would be called alike by its key', () => {
    const alike = renamed(aTable(), '"Attend Soon"', '"ACT"');

    assert.deepEqual(
      viewOf(alike).decisions.map(({ word }) => word),
      ['track', 'S', 'A'],
    );
  });
});

describe('the line that decides', () => {
  it('is the worst of those that what is not known leaves open, and of equal ones the last', () => {
    const view = viewOf(aTable(['T', 'A', 'S', 'A', 'T', 'S']));

    assert.deepEqual(worstRow(view, []), { rank: 2, values: [1, 0] });
    assert.deepEqual(worstRow(view, [2, undefined]), { rank: 1, values: [2, 1] });
    assert.deepEqual(worstRow(view, [0, 0]), { rank: 0, values: [0, 0] });
    assert.equal(openRows(view, [undefined, 1]).length, 3);
  });
});

describe('a choice', () => {
  const choices = [
    { key: 'T', word: 'track' },
    { key: 't', word: 'trial' },
    { key: 'T*', word: 'track*' },
    { key: 'S', word: 'out-of-cycle' },
    { key: 'X', word: 's' },
  ];

  it('is known by its key, else by its name, in any case; of two that it could be it is none', () => {
    const found = ['T', 't', 'T*', 'TRACK*', 'Out of  Cycle', 'out_of_cycle', 's', 'S', 'U', ''].map(
      (written) => placeOf(choices, written),
    );

    assert.deepEqual(found, [0, 1, 2, 2, 3, 3, 3, 3, undefined, undefined]);
    assert.equal(placeOf([...choices, { key: 'Y', word: 'track' }], 'Track'), undefined);
  });
});
