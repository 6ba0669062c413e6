import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GatehouseError } from '../../../domain/errors.ts';
import { parseCriteria, quote } from './criteria.ts';

const parse = (text: string) => parseCriteria(text, 'selector');

test('whatever stands in a value, quoting and reading give it back', () => {
  const name = fc.stringMatching(/^[a-z][A-Za-z]{0,12}$/);
  const value = fc.string({ unit: fc.constantFrom('~', '"', ',', '(', ')', ' ', 'a', 'é', '\\', '\n') });
  const criterion = fc.record(
    { name, values: fc.array(value, { minLength: 1, maxLength: 4 }) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(criterion, { minLength: 1, maxLength: 4 }), (criteria) => {
      const text = criteria.map((one) => `${one.name}(${one.values.map(quote).join(',')})`).join(',');

      assert.deepEqual(parse(text), criteria);
    }),
  );
});

test('any text is either read or refused as the caller’s mistake', () => {
  const text = fc.string({ unit: fc.constantFrom('s', 't', '(', ')', '"', '~', ',', ' ', '.', '1') });
  fc.assert(
    fc.property(text, (garbage) => {
      try {
        parse(garbage);
      } catch (error) {
        assert.ok(error instanceof GatehouseError && error.code === 'input-invalid');
      }
    }),
  );
});

test('a tilde escapes a tilde and a double quote', () => {
  assert.deepEqual(parse('managementZones("Insights ~"labs~" ~~ beta")'), [
    { name: 'managementZones', values: ['Insights "labs" ~ beta'] },
  ]);
});

test('a single value may stand without quotes, and spaces around parts do not matter', () => {
  assert.deepEqual(parse(' status(OPEN) , minRiskScore( 7.5 )'), [
    { name: 'status', values: ['OPEN'] },
    { name: 'minRiskScore', values: ['7.5'] },
  ]);
});

test('a criterion can hold criteria', () => {
  assert.deepEqual(parse('type("HOST"),not(tag("a"))'), [
    { name: 'type', values: ['HOST'] },
    { name: 'not', values: [], inner: [{ name: 'tag', values: ['a'] }] },
  ]);
});

for (const [text, fault] of [
  ['status(OPEN', /"\)" is expected/],
  ['status', /"\(" is expected/],
  ['status()', /needs a value/],
  ['status(OPEN,RESOLVED)', /"\)" is expected/],
  ['status("OPEN",RESOLVED)', /double quotes/],
  ['status("OPEN)', /double quote is missing/],
  ['title("a~b")', /may only escape/],
  ['status("OPEN")muted("TRUE")', /unexpected/],
  ['status("OPEN"),', /criterion name/],
  ['', /criterion name/],
] as const) {
  test(`the selector ${JSON.stringify(text)} is refused with the place of the mistake`, () => {
    assert.throws(() => parse(text), fault);
    assert.throws(() => parse(text), /position \d+/);
  });
}
