import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isGatehouseError } from '../domain/errors.ts';
import { streamXml, type XmlElement, type XmlEvent, type XmlStreamOptions } from './xml-stream.ts';

async function read(
  text: string | Uint8Array,
  options: XmlStreamOptions = { items: ['list/entry'] },
  chunkBytes = 65_536,
): Promise<readonly XmlEvent[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const events: XmlEvent[] = [];
  for await (const event of streamXml(chunks(), options)) events.push(event);
  return events;
}

async function itemsOf(...given: Parameters<typeof read>): Promise<readonly XmlElement[]> {
  return (await read(...given)).flatMap((event) => (event.kind === 'item' ? [event.element] : []));
}

async function assertRefused(
  text: string | Uint8Array,
  why: RegExp,
  options?: XmlStreamOptions,
): Promise<void> {
  await assert.rejects(read(text, options), (error) => {
    assert.ok(isGatehouseError(error) && error.code === 'input-invalid', String(error));
    assert.match(error.message, why);
    return true;
  });
}

describe('reading XML', () => {
  test('gives the elements asked for, whole, with what encloses them', async () => {
    const events = await read(
      '<?xml version="1.0"?><list xmlns="urn:a" xmlns:v="urn:b" by="me"><other><entry/></other>' +
        '<entry v:x="1" y="&lt;2"><v:part>a<![CDATA[<b>]]>c</v:part><entry>inner</entry></entry></list>',
    );

    const [item, document] = events;
    assert.ok(item?.kind === 'item' && document?.kind === 'document' && events.length === 2);
    assert.deepEqual(
      [...item.element.attributes],
      [
        ['v:x', '1'],
        ['y', '<2'],
      ],
    );
    assert.deepEqual(
      item.element.children.map(({ name, namespace, text }) => [name, namespace, text]),
      [
        ['part', 'urn:b', 'a<b>c'],
        ['entry', 'urn:a', 'inner'],
      ],
    );
    assert.deepEqual(
      item.enclosing.map(({ name, attributes }) => [name, attributes.get('by')]),
      [['list', 'me']],
    );
    assert.equal(document.root.namespace, 'urn:a');
    assert.deepEqual([...document.sections], ['other', 'entry']);
  });

  test('gives the same in whatever pieces it comes', async () => {
    const text = '<list>\r\n<entry a="ä€😀">ü&amp;😀</entry><entry/></list>\n';

    for (const chunkBytes of [1, 2, 3, 7])
      assert.deepEqual(await read(text, undefined, chunkBytes), await read(text));
  });

  test('reads UTF-16, and a byte order mark changes nothing', async () => {
    const text = '<list><entry>ä</entry></list>';

    for (const bytes of [Buffer.from(`\uFEFF${text}`), Buffer.from(`\uFEFF${text}`, 'utf16le')])
      assert.deepEqual(await read(bytes), await read(text));
  });

  test('an element named like a part of every object is an element like others', async () => {
    const [entry] = await itemsOf('<list><entry __proto__="1" constructor="2"><__proto__/></entry></list>');

    assert.equal(entry?.attributes.get('__proto__'), '1');
    assert.equal(entry?.children[0]?.name, '__proto__');
  });
});

describe('what is refused', () => {
  test('a file that ends too early, wherever it ends', async () => {
    const text = '<?xml version="1.0"?><!-- c --><list a="b"><entry>text<![CDATA[x]]></entry></list>';

    for (let cut = 0; cut < text.length; cut++)
      await assertRefused(text.slice(0, cut), /too early|no element|no valid XML/);
  });

  test('what is no XML, saying where', async () => {
    await assertRefused('{"a": 1}', /^line 1, column \d+: no valid XML/);
    await assertRefused('<list>\n<a></b></list>', /^line 2, column \d+: no valid XML \(unexpected close tag/);
    await assertRefused('<list/><list/>', /no valid XML/);
    await assertRefused('<v:list/>', /no valid XML \(unbound namespace prefix/);
  });

  test('a document type declaration, and every entity that one could declare', async () => {
    const bomb = '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><list><entry>&b;</entry></list>';

    await assertRefused(bomb, /DOCTYPE/);
    await assertRefused('<!DOCTYPE l SYSTEM "file:///etc/passwd"><list/>', /DOCTYPE/);
    await assertRefused('<list><entry>&b;</entry></list>', /undefined entity/);
  });

  test('bytes that are not in the encoding they should be', async () => {
    await assertRefused(
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><list/>'),
      /ISO-8859-1 is not supported; convert the file to UTF-8/,
    );
    await assertRefused(Buffer.from([0x3c, 0x61, 0x3e, 0xe4, 0x3c]), /not valid UTF-8/);
  });

  test('more depth, attributes or text than the limits allow, and no less', async () => {
    const deep = (n: number) => `${'<list>'.repeat(n)}${'</list>'.repeat(n)}`;
    const wide = (n: number) => `<list ${Array.from({ length: n }, (_, at) => `a${at}="1"`).join(' ')}/>`;
    const items = ['list/entry'];

    await read(deep(5), { items, maxDepth: 5 });
    await assertRefused(deep(6), /nested more than 5 deep/, { items, maxDepth: 5 });
    await read(wide(5), { items, maxAttributes: 5 });
    await assertRefused(wide(6), /more than 5 attributes/, { items, maxAttributes: 5 });
    await assertRefused(`<list a="${'x'.repeat(90)}"/>`, /attributes .* longer than 50/, {
      items,
      maxTagChars: 50,
    });
    await assertRefused(`<list><entry>${'<a/>'.repeat(90)}</entry></list>`, /larger than 500/, {
      items,
      maxItemChars: 500,
    });
    await assertRefused(`<list>${' '.repeat(90)}</list>`, /larger than 50 bytes/, { items, maxBytes: 50 });
  });

  test('a text that never ends is not gathered', async () => {
    for (const start of ['<list>', '<list><!--', '<list a="', '<', '<![CDATA[', '<!DOCTYPE ', '<?pi ', '&'])
      await assertRefused(`${start}${'x'.repeat(300_000)}`, /longer than 100000|no valid XML/, {
        items: [],
        maxTokenChars: 100_000,
      });
  });

  test('items of many entries are given as they come, and then let go', async () => {
    const entry = `<entry>${'x'.repeat(1000)}</entry>`;
    async function* endless() {
      yield Buffer.from('<list>');
      for (;;) yield Buffer.from(entry);
    }

    let count = 0;
    for await (const event of streamXml(endless(), { items: ['list/entry'], maxItemChars: 3000 })) {
      if (event.kind === 'item' && ++count === 5000) break;
    }

    assert.equal(count, 5000);
  });
});
