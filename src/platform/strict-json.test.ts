import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isGatehouseError } from '../domain/errors.ts';
import { parseStrictJson } from './strict-json.ts';

function parse(text: string | Uint8Array): unknown {
  return parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text, 'the file');
}

function refusal(text: string | Uint8Array): string {
  try {
    return `read: ${JSON.stringify(parse(text))}`;
  } catch (error) {
    if (isGatehouseError(error)) return error.message;
    throw error;
  }
}

describe('strict JSON', () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"b":{"c":1, "c" : 1}}',
    String.raw`{"a":1,"\u0061":2}`,
    '[{"a":[{"x":1,"y":[],"x":2}]}]',
    '{"a":{"b":1},"b":2,"a":3}',
    String.raw`{"\"":1,"\"":2}`,
    '{"__proto__":1,"__proto__":2}',
  ]) {
    it(`refuses a key that stands twice: ${text}`, () => {
      assert.equal(refusal(text), 'the file has a key twice in one object');
    });
  }

  for (const text of [
    '{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}',
    '{"a":"b","b":"a","c":"\\"a\\":"}',
    '["a","a",{"a":"a"}]',
    '"a"',
  ]) {
    it(`reads what only looks like it: ${text}`, () => {
      assert.deepEqual(parse(text), JSON.parse(text));
    });
  }

  it('refuses what is no JSON, what ends too early and what is no UTF-8, without quoting it', () => {
    for (const text of ['', '{"a":"hidden-value"', '{"a":1}{"a":1}', '\ufeff{}'])
      assert.equal(refusal(text), 'the file is not JSON, or ends too early');
    assert.equal(refusal(Buffer.from('7bff7d', 'hex')), 'the file is not UTF-8');
  });

  it('stands a long string and deep nesting', () => {
    assert.equal(parse(JSON.stringify('\\"x'.repeat(1_000_000))), '\\"x'.repeat(1_000_000));
    assert.equal(typeof parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), 'object');
    assert.equal(
      refusal(`${'{"a":'.repeat(100_000)}{"b":1,"b":1}${'}'.repeat(100_000)}`),
      'the file has a key twice in one object',
    );
  });

  it('reads every JSON document as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.deepEqual(parse(text.toWellFormed()), JSON.parse(text.toWellFormed()));
      }),
    );
  });
});
