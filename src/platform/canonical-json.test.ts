import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isGatehouseError } from '../domain/errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { Secret } from './secret.ts';

/** A number by its IEEE 754 bits, as the RFC's appendix B has them. */
function numberOf(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

/** RFC 8785, appendix B. */
const NUMBERS: readonly (readonly [bits: string, text: string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

function refusal(value: unknown): string {
  try {
    return `written: ${canonicalJson(value)}`;
  } catch (error) {
    if (isGatehouseError(error) && error.code === 'input-invalid') return error.message;
    throw error;
  }
}

describe('canonical JSON', () => {
  for (const [bits, text] of NUMBERS) {
    it(`writes the number ${bits} as ${text}`, () => {
      assert.equal(canonicalJson(numberOf(bits)), text);
    });
  }

  for (const bits of ['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000']) {
    it(`refuses ${numberOf(bits)}, which is no JSON number`, () => {
      assert.match(refusal({ score: [numberOf(bits)] }), /score\.0: .* is no JSON number/);
    });
  }

  it('writes the example of the RFC, section 3.2.2', () => {
    const written = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;

    const hex = Buffer.from(canonicalJson(JSON.parse(written))).toString('hex');

    // Section 3.2.4: the same as bytes.
    const expected = [
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333',
      '333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22',
      'e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d',
    ];
    assert.equal(hex, expected.join(''));
  });

  it('orders keys by UTF-16 code unit, as the RFC shows in section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      1: 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };

    const names = [...canonicalJson(value).matchAll(/:"([^"]*)"/g)].map(([, name]) => name);

    assert.deepEqual(names, [
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('orders keys that look like numbers as text', () => {
    assert.equal(canonicalJson({ 10: 1, 9: 2, a: { 2: 1, 11: 2 } }), '{"10":1,"9":2,"a":{"11":2,"2":1}}');
  });

  it('leaves out members that are undefined, and refuses undefined anywhere else', () => {
    assert.equal(canonicalJson({ a: undefined, b: {} }), '{"b":{}}');
    assert.match(refusal([1, undefined]), /1: undefined is not JSON/);
    assert.match(refusal(Array(2)), /0: undefined is not JSON/);
    assert.match(refusal(undefined), /undefined is not JSON/);
  });

  it('refuses what JSON.stringify would quietly write as something else', () => {
    const made = { when: new Date(0), map: new Map(), secret: new Secret('s'), big: 1n, call: () => 1 };
    for (const [name, value] of Object.entries(made))
      assert.match(refusal({ [name]: value }), /no canonical/);
  });

  it('refuses a lone surrogate in a value and in a key', () => {
    assert.match(refusal(['ok', 'a\ud800']), /1: a surrogate stands alone/);
    assert.match(refusal({ '\udead': 1 }), /a key is no Unicode/);
  });

  it('replaces a lone surrogate in a value when told to, never one in a key', () => {
    assert.equal(canonicalJson(['a\ud800b'], { loneSurrogates: 'replace' }), '["a\ufffdb"]');
    assert.throws(() => canonicalJson({ '\udead': 1 }, { loneSurrogates: 'replace' }), isGatehouseError);
  });

  it('refuses a circle and absurd depth instead of overflowing', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;

    assert.match(refusal(circle), /nested deeper than/);
    assert.match(refusal(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))), /nested deeper than/);
  });

  it('writes a key named __proto__ like any other', () => {
    assert.equal(canonicalJson(JSON.parse('{"b":1,"__proto__":{"x":2}}')), '{"__proto__":{"x":2},"b":1}');
  });

  it('is the same for every order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value, { loneSurrogates: 'replace' });
        assert.equal(canonicalJson(turned(JSON.parse(text))), text);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value).toWellFormed()));
      }),
    );
  });
});

/** The same value with the members of every object in reverse. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  );
}
