import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chunked, eventsOf, refusalOf } from '../../test/support/json-events.ts';
import { streamJson } from './json-stream.ts';

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
