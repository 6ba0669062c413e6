import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isGatehouseError } from '../domain/errors.ts';
import { type JsonEvent, type JsonStreamOptions, streamJson } from './json-stream.ts';

async function* chunked(bytes: Uint8Array, sizes: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function eventsOf(
  text: string | Uint8Array,
  items: readonly string[],
  options: Partial<JsonStreamOptions> & { sizes?: readonly number[] } = {},
): Promise<JsonEvent[]> {
  const { sizes, ...limits } = options;
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const events: JsonEvent[] = [];
  // Skeletons are alive; the copy shows what was to be seen when the event came.
  for await (const event of streamJson(chunked(bytes, sizes), { items, ...limits })) {
    events.push(structuredClone(event));
  }
  return events;
}

/** Puts the document together again from what was given one by one. */
function reassemble(events: readonly JsonEvent[]): unknown {
  const pieces = events.filter((event) => event.kind !== 'document');
  const document = events.at(-1);
  assert.equal(document?.kind, 'document');
  let root: unknown = document.value;
  // Longest paths come first in the stream, so containers are put in place from the root downwards.
  for (const piece of pieces.toSorted((a, b) => a.path.length - b.path.length)) {
    root = putAt(root, piece.path, piece.value);
  }
  return root;
}

function putAt(root: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const step = path[0];
  if (step === undefined) return value;
  assert.ok(typeof root === 'object' && root !== null);
  const below = putAt(Object.getOwnPropertyDescriptor(root, step)?.value, path.slice(1), value);
  Object.defineProperty(root, step, { value: below, writable: true, enumerable: true, configurable: true });
  return root;
}

async function refusalOf(
  text: string | Uint8Array,
  items: readonly string[] = ['list[*]'],
  options: Partial<JsonStreamOptions> & { sizes?: readonly number[] } = {},
): Promise<{ message: string; facts: Record<string, unknown> }> {
  try {
    await eventsOf(text, items, options);
  } catch (error) {
    assert.ok(isGatehouseError(error), String(error));
    assert.equal(error.code, 'input-invalid');
    return { message: error.message, facts: error.facts };
  }
  return assert.fail(`accepted ${text}`);
}

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

describe('streaming a JSON document', () => {
  test('gives each item with its path, its number and what encloses it so far', async () => {
    const text = '{"a":1,"list":[{"x":1},2,"three"],"z":9}';

    const events = await eventsOf(text, ['list[*]']);

    assert.deepEqual(events[0], {
      kind: 'item',
      pattern: 'list[*]',
      path: ['list', 0],
      value: { x: 1 },
      index: 0,
      enclosing: [{ a: 1, list: [] }, []],
    });
    assert.deepEqual(
      events.map((event) => (event.kind === 'item' ? event.value : event.kind)),
      [{ x: 1 }, 2, 'three', 'end', 'document'],
    );
    assert.deepEqual(events.at(-1), { kind: 'document', value: { a: 1, list: [], z: 9 } });
  });

  test('says how many members a list of items had', async () => {
    const events = await eventsOf('{"list":[1,2,3],"none":[]}', ['list[*]', 'none[*]']);

    const ends = events.filter((event) => event.kind === 'end');
    assert.deepEqual(
      ends.map((end) => [end.path, end.count]),
      [
        [['list'], 3],
        [['none'], 0],
      ],
    );
  });

  test('gives each container on the way at its end and lets go of those in lists', async () => {
    const text = '{"Results":[{"Target":"a","V":[1]},null,{"V":[2,3],"Target":"b"}],"Name":"n"}';

    const events = await eventsOf(text, ['Results[*].V[*]']);

    const ends = events.filter((event) => event.kind === 'end').map((end) => [end.path, end.value]);
    assert.deepEqual(ends, [
      [['Results', 0, 'V'], []],
      [['Results', 0], { Target: 'a', V: [] }],
      [['Results', 1], null],
      [['Results', 2, 'V'], []],
      [['Results', 2], { V: [], Target: 'b' }],
      [['Results'], []],
    ]);
    assert.deepEqual(events.at(-1), { kind: 'document', value: { Results: [], Name: 'n' } });
  });

  test('gives the members of a map one by one', async () => {
    const events = await eventsOf('{"advisories":{"1":{"id":1},"__proto__":{"id":2}}}', ['advisories.*']);

    const items = events.filter((event) => event.kind === 'item');
    assert.deepEqual(
      items.map((item) => [item.path, item.value]),
      [
        [['advisories', '1'], { id: 1 }],
        [['advisories', '__proto__'], { id: 2 }],
      ],
    );
  });

  test('something else in the place of a list belongs to the skeleton', async () => {
    for (const other of ['null', '"none"', '{"0":1}', '7']) {
      const events = await eventsOf(`{"list":${other}}`, ['list[*]']);

      assert.deepEqual(events, [{ kind: 'document', value: { list: JSON.parse(other) } }]);
    }
  });

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

describe('hostile and damaged documents', () => {
  test('a file that is cut off says inside which item', async () => {
    const { message, facts } = await refusalOf('{"list":[{"a":1},{"b":"half');

    assert.equal(facts.path, 'list[1]');
    assert.equal(message, 'the JSON ends too early, inside list[1]; the file is cut off (byte 27)');
  });

  test('an empty file is called empty, and so is one of white space', async () => {
    for (const text of ['', ' \r\n\t ', '\uFEFF']) {
      const { message } = await refusalOf(text);

      assert.equal(message, 'the file is empty');
    }
  });

  test('something behind the document is refused', async () => {
    const { facts } = await refusalOf('{"list":[]} {"list":[]}');

    assert.equal(facts.byte, 12);
  });

  test('nesting at the limit is read and one deeper is refused', async () => {
    for (const items of [['list[*]'], ['[*][*][*]']]) {
      await eventsOf('[[[[[1]]]]]', items, { maxDepth: 5 });

      const { message } = await refusalOf('[[[[[[1]]]]]]', items, { maxDepth: 5 });
      assert.match(message, /nested deeper than 5 levels/);
    }
  });

  test('a million opening brackets are refused without exhausting anything', async () => {
    const { message } = await refusalOf('['.repeat(1_000_000));

    assert.match(message, /nested deeper than 200 levels/);
  });

  test('an item at the size limit is read and one byte more is refused', async () => {
    await eventsOf('{"list":["12345678"]}', ['list[*]'], { maxItemBytes: 10 });

    const { message, facts } = await refusalOf('{"list":["123456789"]}', ['list[*]'], { maxItemBytes: 10 });
    assert.match(message, /list\[0\] is larger than 10 bytes/);
    assert.equal(facts.path, 'list[0]');
  });

  test('what is no item is bounded too, in one piece and in many', async () => {
    const options = { maxSkeletonBytes: 100 };
    for (const text of [
      `{"other":"${'x'.repeat(101)}"}`,
      `{${Array.from({ length: 40 }, (_, n) => `"member${n}":1`).join()}}`,
    ]) {
      const { message } = await refusalOf(text, ['list[*]'], options);

      assert.match(message, /what is not list entries takes more than 100 bytes/);
    }
  });

  test('skeletons that were let go count no longer', async () => {
    const text = `{"Results":[${Array.from({ length: 50 }, () => '{"Target":"abcdefgh","V":[1]}').join()}]}`;

    const events = await eventsOf(text, ['Results[*].V[*]'], { maxSkeletonBytes: 60 });

    assert.equal(events.filter((event) => event.kind === 'item').length, 50);
  });

  test('a document larger than the limit is refused', async () => {
    const { message } = await refusalOf('{"list":[1,2,3]}', ['list[*]'], { maxBytes: 15 });

    assert.match(message, /larger than 15 bytes/);
  });

  test('a list of items that is named twice is refused, whatever the second one is', async () => {
    for (const second of ['[3]', 'null', '{}']) {
      const { message } = await refusalOf(`{"list":[1],"list":${second}}`);

      assert.match(message, /list is named twice/);
    }
    const { message } = await refusalOf('{"map":{"k":1,"k":2}}', ['map.*']);
    assert.match(message, /map.k is named twice/);
  });

  test('of other members named twice the last one holds, as in JSON.parse', async () => {
    const text = '{"a":1,"list":null,"a":{"b":2,"b":3},"list":[]}';

    const events = await eventsOf(text, ['list[*]']);

    assert.deepEqual(events.at(-1), { kind: 'document', value: JSON.parse(text) });
  });

  test('__proto__ is a member like any other and reaches no prototype', async () => {
    const text = '{"__proto__":{"polluted":1},"list":[{"__proto__":{"polluted":2}}],"constructor":3}';
    let seen = 0;

    for await (const event of streamJson(chunked(Buffer.from(text)), { items: ['list[*]'] })) {
      if (event.kind === 'end') continue;
      const value = event.value;
      assert.ok(typeof value === 'object' && value !== null);
      assert.ok(Object.hasOwn(value, '__proto__'));
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      seen++;
    }
    assert.equal(seen, 2);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  });

  test('a list below __proto__ can be streamed like any other', async () => {
    const events = await eventsOf('{"__proto__":{"list":[1]}}', ['__proto__.list[*]']);

    const document = events.at(-1);
    assert.ok(document?.kind === 'document');
    assert.deepEqual(document.value, JSON.parse('{"__proto__":{"list":[]}}'));
  });

  test('NUL bytes and bytes that are not UTF-8 are refused wherever they are', async () => {
    const valid = Buffer.from('{"a":"xx","list":["yy"]}');
    for (const bad of [0x00, 0xff, 0xc0]) {
      for (const at of [0, 2, 4, 7, 12, 20, 22, 23]) {
        const bytes = Buffer.from(valid);
        bytes[at] = bad;

        await refusalOf(bytes);
      }
    }
  });

  test('what a scanner found never stands in the message', async () => {
    const { message } = await refusalOf('{"list":[{"Match":"AKIA-secret"x}]}');

    assert.doesNotMatch(message, /AKIA/);
    assert.match(message, /list\[0\] is not valid JSON/);
  });

  test('a file that is no JSON is refused at its first byte', async () => {
    const { message } = await refusalOf('<html></html>');

    assert.match(message, /not valid JSON: '<' where a value was expected, in the document \(byte 0\)/);
  });
});

describe('encodings', () => {
  const text = '{"list":["ü€😀","plain"]}';
  const utf16be = Buffer.from(text, 'utf16le').swap16();

  test('a byte order mark changes nothing', async () => {
    assert.deepEqual(await eventsOf(`\uFEFF${text}`, ['list[*]']), await eventsOf(text, ['list[*]']));
  });

  test('UTF-16 in either order, with or without its mark, is read', async () => {
    const expected = await eventsOf(text, ['list[*]']);
    for (const bytes of [
      Buffer.from(text, 'utf16le'),
      Buffer.from(`\uFEFF${text}`, 'utf16le'),
      utf16be,
      Buffer.concat([Buffer.from([0xfe, 0xff]), utf16be]),
    ]) {
      for (const chunkSizes of [[1], [7], [65_536]]) {
        assert.deepEqual(await eventsOf(bytes, ['list[*]'], { sizes: chunkSizes }), expected);
      }
    }
  });

  test('UTF-16 that is cut in the middle of a character is refused', async () => {
    const { message } = await refusalOf(Buffer.from(text, 'utf16le').subarray(0, -1));

    assert.match(message, /not valid UTF-16LE/);
  });

  test('UTF-32 is named, not guessed at', async () => {
    const utf32 = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from('{\0\0\0}\0\0\0')]);

    const { message } = await refusalOf(utf32);

    assert.match(message, /UTF-32 text is not supported/);
  });
});

describe('path patterns', () => {
  test('a pattern that cannot be read is a mistake of the caller', async () => {
    for (const pattern of ['', '$', 'a', 'a[0]', 'a[*', 'a[*]b[*]', '.', 'a..b[*]']) {
      await assert.rejects(eventsOf('{}', [pattern]), TypeError, pattern);
    }
  });

  test('items inside items, and names beside *, are a mistake of the caller', async () => {
    for (const patterns of [
      ['a[*]', 'a[*].b[*]'],
      ['a[*].b[*]', 'a[*]'],
      ['a.*', 'a.b[*]'],
    ]) {
      await assert.rejects(eventsOf('{}', patterns), TypeError);
    }
  });

  test('the root may be the list, with $ or without', async () => {
    for (const pattern of ['$[*]', '[*]']) {
      const events = await eventsOf('[1,{"a":2}]', [pattern]);

      assert.deepEqual(
        events.map((event) => event.value),
        [1, { a: 2 }, []],
      );
    }
  });
});

test('an item of several megabytes among small ones is read whole', async () => {
  const large = `${'ü'.repeat(2_000_000)}"`;
  const text = JSON.stringify({ list: [1, large, ...Array.from({ length: 200_000 }, (_, n) => n)] });

  const values: unknown[] = [];
  for await (const event of streamJson(chunked(Buffer.from(text)), { items: ['list[*]'] })) {
    if (event.kind === 'item') values.push(event.value);
  }

  assert.equal(values[1], large);
  assert.equal(values.at(-1), 199_999);
});

test('memory does not grow with the file', async () => {
  const item = Buffer.from(`{"id":"CVE-2024-0001","text":"${'long description '.repeat(100)}"},`);
  async function* endless(count: number): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"list":[');
    const block = Buffer.concat(Array.from({ length: 100 }, () => item));
    for (let n = 0; n < count; n += 100) yield block;
    yield Buffer.from('0]}');
  }
  let items = 0;
  let largest = 0;

  for await (const event of streamJson(endless(60_000), { items: ['list[*]'] })) {
    if (event.kind !== 'item') continue;
    if (items++ === 10_000) largest = -process.memoryUsage().arrayBuffers;
  }
  largest += process.memoryUsage().arrayBuffers;

  assert.equal(items, 60_001);
  assert.ok(largest < 8_000_000, `${largest} bytes of buffers more after 100 MB`);
});
