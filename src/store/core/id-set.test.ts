import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IdSet, stretchesOf } from './id-set.ts';

const ids = fc.nat({ max: 30 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('row' as const), count: fc.nat({ max: 5 }) }),
  fc.record({ kind: fc.constantFrom('add' as const, 'delete' as const), id: ids }),
);

test('a set of ids holds what was added and not taken away, in whatever order that happened', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const set = new IdSet();
      const model = new Set<number>();
      let next = 10;
      for (const one of steps) {
        if (one.kind === 'row') {
          // Ids are handed out once, so a row never meets what is there already.
          while ([...model].some((id) => id >= next)) next += 1;
          set.addRow(next, one.count);
          for (let id = next; id < next + one.count; id++) model.add(id);
          next += one.count;
        } else if (one.kind === 'add') {
          set.add(one.id);
          model.add(one.id);
        } else {
          set.delete(one.id);
          model.delete(one.id);
        }
      }
      const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
      assert.deepEqual(sorted(set), sorted(model));
      assert.equal(set.size, model.size);
      for (let id = 0; id < 60; id++) assert.equal(set.has(id), model.has(id));
    }),
  );
});

test('stretches of ids leave no gap and miss nothing', () => {
  fc.assert(
    fc.property(fc.array(ids), (some) => {
      const stretches = stretchesOf(some);

      const covered = stretches.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, index) => first + index),
      );
      assert.deepEqual(
        covered,
        [...new Set(some)].sort((a, b) => a - b),
      );
    }),
  );
});
