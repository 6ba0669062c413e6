import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTable, type Written } from '../../test/support/decision-tables.ts';
import { DecisionTable } from './decision-table.ts';

function faults(written: unknown): readonly string[] {
  const read = DecisionTable.safeParse(written);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

function changed(change: (table: Written) => void): Written {
  const table = structuredClone(aTable());
  change(table);
  return table;
}

describe('a decision table', () => {
  it('is read as it is published, and only what decides is kept of it', () => {
    const table = DecisionTable.parse({
      ...aTable(),
      definition: 'How we decide.',
      schemaVersion: '2.0.0',
    });

    assert.deepEqual(table, aTable());
    assert.deepEqual(DecisionTable.parse(table), table);
  });

  it('is refused with a row that is there twice, which is named', () => {
    const twice = changed(({ mapping }) => mapping.push({ ...mapping[1] }));

    assert.deepEqual(faults(twice), ['mapping: rows 1 and 6 are both for ssvc:E:1.1.0 P, house:R:1.0.0 L']);
  });

  it('is refused without a row for every combination, and the missing ones are named', () => {
    const short = changed(({ mapping }) => mapping.splice(1, 2));

    assert.deepEqual(faults(short), [
      'mapping: there is no row for ssvc:E:1.1.0 P, house:R:1.0.0 L; nor for ssvc:E:1.1.0 A, house:R:1.0.0 L',
    ]);
  });

  it('names a few of many missing rows, and how many more there are', () => {
    assert.match(faults({ ...aTable(), mapping: [] })[0] ?? '', /; and 1 more$/);
  });

  it('is refused where a row has a value that the point has not, or leaves a point out, or has one more', () => {
    assert.deepEqual(
      faults(
        changed(({ mapping }) => {
          mapping[0] = { ...mapping[0], 'house:R:1.0.0': 'X' };
          delete mapping[1]?.['ssvc:E:1.1.0'];
          mapping[2] = { ...mapping[2], 'house:S:1.0.0': 'X' };
        }),
      ),
      [
        "mapping.0.house:R:1.0.0: there is no value 'X'; there are L, H",
        'mapping.1: it gives ssvc:E:1.1.0 no value',
        "mapping.2: 'house:S:1.0.0' is none of its decision points",
      ],
    );
  });

  it('is refused where its outcome is no point, or a point has a value twice or another key than its id', () => {
    assert.deepEqual(faults({ ...aTable(), outcome: 'house:X:1.0.0' }), [
      "outcome: 'house:X:1.0.0' is none of its decision points",
    ]);
    assert.deepEqual(
      faults(
        changed(({ decision_points }) => {
          const reach = decision_points['house:R:1.0.0'];
          assert.ok(reach);
          reach.key = 'E';
          reach.values.push({ key: 'L', name: 'Low again' });
        }),
      ),
      [
        "decision_points.house:R:1.0.0.key: its id has another key than 'E'",
        "decision_points.house:R:1.0.0.values: there are two values with the key 'L'",
      ],
    );
  });

  it('is refused with no point to go by, with too many, and with more combinations than are read', () => {
    const of = (points: number, values: number) => {
      const many = Array.from({ length: values }, (_, n) => ({ key: `V${n}`, name: `Value ${n}` }));
      const own = Array.from(
        { length: points },
        (_, n) => [`x:P${n}:1`, { key: `P${n}`, name: 'Point', values: many }] as const,
      );
      const outcome = { key: 'O', name: 'Outcome', values: [{ key: 'T', name: 'Track' }] };
      return {
        ...aTable(),
        decision_points: { ...Object.fromEntries(own), 'x:O:1': outcome },
        outcome: 'x:O:1',
        mapping: [],
      };
    };

    assert.match(faults(of(0, 1))[0] ?? '', /goes by 0 points beside its outcome: expected 1 to 12/);
    assert.match(faults(of(13, 1))[0] ?? '', /goes by 13 points/);
    assert.match(faults(of(12, 5))[0] ?? '', /244140625 combinations of values: at most 20000/);
    assert.match(faults({ ...aTable(), mapping: new Array(20_001).fill({}) })[0] ?? '', /^mapping: /);
  });

  it('is not misled by the names that objects have by nature', () => {
    const table = JSON.stringify(aTable());
    const hostile = [
      table.replaceAll('house:R:1.0.0', '__proto__'),
      table.replaceAll('house:R:1.0.0', 'constructor'),
      table.replace('"outcome":"house:O:1.0.0"', '"outcome":"toString"'),
      table.replace('"house:R:1.0.0":"L"', '"toString":"L"'),
      table.replace('"decision_points":{', '"decision_points":{"__proto__":{"x":1},"hasOwnProperty:x:1":7,'),
      table.replaceAll('"L"', '"__proto__"').replaceAll('"key":"__proto__"', '"key":"L"'),
    ];
    for (const text of hostile) assert.ok(faults(JSON.parse(text)).length > 0, text.slice(0, 80));
    const harmless = JSON.parse(
      table
        .replaceAll('"L"', '"constructor"')
        .replaceAll(':R:', ':valueOf:')
        .replace('"key":"R"', '"key":"valueOf"'),
    );
    assert.deepEqual(faults(harmless), []);
    assert.equal(Object.hasOwn(Object.prototype, 'x'), false);
  });
});
