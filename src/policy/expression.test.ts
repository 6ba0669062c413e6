import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aFinding, NOW } from '../../test/support/builders.ts';
import { compileExpression } from './expression.ts';
import { FINDING_FIELDS } from './finding-fields.ts';

describe('an expression that is refused before it runs', () => {
  for (const [what, text, why] of [
    ['is no CEL', 'finding.severity = "high"', /Unexpected/],
    ['asks for a field that is not there', 'finding.severty == "high"', /severty/],
    ['asks for what is no finding', 'process.exit() == 1', /process/],
    ['gives no yes or no', 'finding.severity', /string/],
    ['uses patterns', "finding.title.matches('(a+)+$')", /matches/],
    ['makes lists out of texts', "finding.title.split('').size() == 3", /split/],
    ['runs over what it made itself', 'cel.bind(l, finding.labels, l.all(x, true))', /bind/],
    ['runs over lists put together', '(finding.labels + finding.labels).all(x, true)', /runs over a list/],
    ['asks for a field by a name that is made up', 'finding["sev" + "erity"] == "high"', /asked by field/],
    ['takes the finding as a whole', '[finding].exists(f, f.kev)', /asked by field/],
    [
      'compares the severity with none',
      "finding.severity == 'CRITICAL'",
      /'CRITICAL' is no severity: use crit/,
    ],
    ['compares it the other way round', "finding.kev && 'High' != finding.severity", /'High' is no severity/],
    ['looks for it among others', "finding.severity in ['high', 'severe']", /'severe' is no severity/],
    ['nests loops in loops in loops', LOOPS(3), /nest deeper/],
    ['is too long', `finding.kev || ${'true || '.repeat(500)}true`, /longer|nodes|depth/i],
    ['is too deep', `${'('.repeat(200)}true${')'.repeat(200)}`, /depth|nest/i],
  ] as const) {
    it(what, () => {
      assert.throws(
        () => compileExpression(text),
        (error: Error) => why.test(error.message) && !error.message.includes('\n'),
      );
    });
  }
});

function LOOPS(deep: number): string {
  return deep === 0 ? 'true' : `finding.labels.all(x${deep}, ${LOOPS(deep - 1)})`;
}

describe('an expression', () => {
  it('may compare the severity with each there is, and other fields with any text', () => {
    for (const text of [
      "finding.severity in ['critical', 'high', 'medium', 'low', 'info', 'unknown']",
      "'unknown' != finding.severity",
      "finding.title == 'CRITICAL' && 'CRITICAL' in finding.labels",
      "finding.severity.startsWith('CRIT')",
    ])
      assert.doesNotThrow(() => compileExpression(text), text);
  });

  it('can ask for every field, and has() tells what is absent', () => {
    for (const field of Object.keys(FINDING_FIELDS)) {
      const told = compileExpression(`has(finding.${field}) || true`)(aFinding(), NOW);

      assert.equal(told, true, field);
    }
    assert.equal(compileExpression('has(finding.score)')(aFinding(), NOW), false);
    assert.equal(compileExpression('has(finding.score)')(aFinding({ score: 5 }), NOW), true);
  });

  it('sees nothing inherited', () => {
    assert.throws(() => compileExpression('finding.constructor == "x"'));
  });

  it('compares numbers with whole ones', () => {
    assert.equal(compileExpression('finding.score >= 9')(aFinding({ score: 9 }), NOW), true);
    assert.equal(compileExpression('finding.score >= 9')(aFinding({ score: 8.9 }), NOW), false);
    assert.equal(
      compileExpression('finding.aliases.size() == 2')(aFinding({ aliases: ['a', 'b'] }), NOW),
      true,
    );
  });

  // To look at a part only would let an expression miss the one thing it looks for.
  for (const [what, text, finding, why] of [
    [
      'a list',
      "finding.aliases.exists(a, a == 'x')",
      { aliases: Array(101).fill('y') },
      /more than 100 entries/,
    ],
    ['a text', "finding.title.contains('x')", { title: 'y'.repeat(2001) }, /longer than 2000/],
    [
      'a text in a list',
      "finding.aliases.exists(a, a == 'x')",
      { aliases: ['y'.repeat(2001)] },
      /longer than 2000/,
    ],
  ] as const) {
    it(`is not told of ${what} beyond its bound, and is of one that it does not ask for`, () => {
      const told = compileExpression(text)(aFinding(finding), NOW);

      assert.ok(typeof told !== 'boolean' && why.test(told.problem), JSON.stringify(told));
      assert.equal(compileExpression('finding.kev')(aFinding(finding), NOW), false);
    });
  }

  it('is not told where it would take too many steps', () => {
    const nested = `finding.aliases.all(a, finding.aliases.all(b, ${Array(20).fill('a != b').join(' || ')}))`;
    const many = aFinding({ aliases: Array.from({ length: 100 }, (_, n) => `CVE-${n}`) });
    const few = aFinding({ aliases: ['CVE-1'] });

    const told = compileExpression(nested)(many, NOW);

    assert.ok(typeof told !== 'boolean' && /steps/.test(told.problem), JSON.stringify(told));
    assert.equal(compileExpression(nested)(few, NOW), false);
  });

  it('is told of lists and texts at their bounds', () => {
    const finding = aFinding({ aliases: Array(100).fill('y'.repeat(2000)), title: 'y'.repeat(2000) });
    const text = "finding.aliases.all(a, finding.aliases.exists(b, a == b)) && finding.title.contains('x')";

    assert.equal(compileExpression(text)(finding, NOW), false);
  });
});
