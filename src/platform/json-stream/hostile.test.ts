import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chunked, eventsOf, refusalOf } from '../../../test/support/json-events.ts';
import { streamJson } from '../json-stream.ts';

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
