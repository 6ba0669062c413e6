/** It accepts what JSON.parse accepts, and gives what JSON.parse gives. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { eventsOf, reassemble, refusalOf } from '../../../test/support/json-events.ts';
import { isGatehouseError } from '../../domain/errors.ts';

const PATTERNS = ['list[*]', 'a[*].list[*]', 'a[*].b.map.*', 'deep.er.x[*]', '[*].list[*]', 'maps.*.list[*]'];

const names = fc.constantFrom(
  'list',
  'list',
  'list',
  'a',
  'a',
  'b',
  'map',
  'deep',
  'er',
  'x',
  'maps',
  '__proto__',
  'ü',
  '1',
  '',
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('"\\', '\u2028 "}]', 'ü€😀', 1e300, -0.5, '{"', '\\\\"', null, true, [], {}),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(names, tie('value')), { maxLength: 5, selector: ([name]) => name })
      .map((members) => fromMembers(members)),
  ),
})).value;

function fromMembers(members: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, value] of members) {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
const indent = fc.constantFrom('', ' ', '\t', '\r\n', ' \n ');

function write(value: unknown, space: string): string {
  // JSON.stringify keeps white space only where it is indentation; line ends are exchanged afterwards.
  return JSON.stringify(value, undefined, space === '' ? undefined : '@')
    .replace(/\n(@*)/g, space)
    .concat(space);
}

describe('laws of streaming', () => {
  test('what it gives, put together again, is what JSON.parse gives', async () => {
    await fc.assert(
      fc.asyncProperty(json, sizes, indent, async (value, chunkSizes, space) => {
        const text = write(value, space);

        const events = await eventsOf(text, PATTERNS, { sizes: chunkSizes });

        assert.deepEqual(reassemble(events), JSON.parse(text));
      }),
      { numRuns: 400 },
    );
  });

  test('the chunks a file arrives in change nothing, not even what encloses an item', async () => {
    await fc.assert(
      fc.asyncProperty(json, sizes, async (value, chunkSizes) => {
        const text = JSON.stringify(value);

        const events = await eventsOf(text, PATTERNS, { sizes: chunkSizes });

        assert.deepEqual(events, await eventsOf(text, PATTERNS));
      }),
      { numRuns: 200 },
    );
  });

  test('of a damaged document it accepts exactly what JSON.parse accepts', async () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat(3),
      fc.constantFrom(...'{}[]",:\\0 1ae-.\u0001\u000bü', 'null', '""'),
    );
    let accepted = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(json, fc.array(damage, { minLength: 1, maxLength: 2 }), async (value, damages) => {
        let text = JSON.stringify(value);
        for (const [at, removed, added] of damages) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + added + text.slice(from + removed);
        }
        text = Buffer.from(text).toString('utf8');
        const isValid = isJson(text);

        const isAccepted = await eventsOf(text, PATTERNS).then(
          (events) => events.at(-1)?.kind === 'document',
          (error: unknown) =>
            isGatehouseError(error) && /named twice/.test(error.message) ? isValid : false,
        );

        assert.equal(isAccepted, isValid, text);
        if (isValid) accepted++;
        else refused++;
      }),
      { numRuns: 1500 },
    );
    assert.ok(accepted > 50 && refused > 50, `one-sided: ${accepted} accepted, ${refused} refused`);
  });

  test('every cut of a document is refused, naming the byte where it ends', async () => {
    const text = '{"a":{"x":[true,"\\u00e9"]},"list":[{"b":"ü\\""},-1.5e3,null]}';
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut++) {
      const { facts, message } = await refusalOf(bytes.subarray(0, cut), ['list[*]'], { sizes: [3] });

      assert.equal(facts.byte, cut, message);
      assert.match(message, /ends too early/);
    }
  });
});

describe('grammar on the way to items', () => {
  const around = (list: string) => [
    list,
    `{"list":${list}}`,
    `{"a":[{"list":${list}}],"b":0}`,
    `[{"list":${list}}]`,
  ];
  const texts = [
    ...['[1,]', '[,1]', '[,]', '[1 2]', '[1,,2]', '[1}', '[1', '1]', '[1:2]', '["a":2]', '[ 1 , 2 ]'].flatMap(
      around,
    ),
    ...[
      '[01]',
      '[+1]',
      '[-]',
      '[1.]',
      '[.5]',
      '[1e]',
      '[1E+2]',
      '[-0]',
      '[tru]',
      '[nulll]',
      '[1null]',
    ].flatMap(around),
    ...['["\\"]', '["\\""]', '["\\\\"]', '["\\\\""]', '["\\x"]', '["\\u12"]', '["\\u00e9"]'].flatMap(around),
    ...[
      '["\n"]',
      '["\t"]',
      '["\u007f"]',
      '[\u00a01]',
      '[\f1]',
      '[\v1]',
      '[{"x":1,}]',
      '[{]}',
      '[[1,]]',
    ].flatMap(around),
    ...[
      '{"list":[1],}',
      '{,"list":[1]}',
      '{"list"[1]}',
      '{"list":}',
      '{"list":[1]:2}',
      '{list:[1]}',
      '{1:[1]}',
    ],
    ...["{'list':[1]}", '{"list":[1] "b":2}', '{"list":[1],"b"}', '{"list":[1],"b":}', '{"list":[1],,"b":2}'],
    ...[
      '{"a":[{"list":[]}}}',
      '{"a":[{"list":[]]}',
      '{}}',
      '[]]',
      '{}{}',
      '[],',
      '"x" "y"',
      '"x',
      '1 2',
      '-',
      '{"x\\":1}',
    ],
    ...[
      '{"li\\u0073t":[1]}',
      '{"x":1}//',
      '/**/{}',
      '{"maps":{"x":{"list":[1]},}}',
      '{"maps":{"x":{"list":[1]}}}',
    ],
    ...[
      'NaN',
      'Infinity',
      'undefined',
      'true',
      'null',
      '0',
      '"\\"',
      '""',
      '{}',
      '[]',
      ' [ ] ',
      '[{}]',
      '{"":{}}',
    ],
  ];

  for (const text of texts) {
    const isValid = isJson(text);
    test(`${isValid ? 'reads' : 'refuses'} ${JSON.stringify(text)}`, async () => {
      for (const chunkSizes of [[1], [65_536]]) {
        if (isValid) {
          const events = await eventsOf(text, PATTERNS, { sizes: chunkSizes });
          assert.deepEqual(reassemble(events), JSON.parse(text));
        } else await refusalOf(text, PATTERNS, { sizes: chunkSizes });
      }
    });
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
