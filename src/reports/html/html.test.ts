import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { SaxesParser } from 'saxes';
import { aFinding } from '../../../test/support/builders.ts';
import {
  aFullVerdict,
  aHostileVerdict,
  aNoGo,
  aVerdict,
  HOSTILE_TEXTS,
  written,
} from '../fixtures/verdicts.ts';
import { htmlReport } from './index.ts';
import { STYLE } from './style.ts';

const hostile = written(htmlReport, aHostileVerdict());
const full = written(htmlReport, aFullVerdict());

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly path: string;
}

/** Written so that it is XML, too, once the elements without an end are closed; a stray mark of a source is an error. */
function elementsOf(text: string): readonly Element[] {
  const elements: Element[] = [];
  const open: string[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    open.push(name);
    elements.push({ name, attributes: { ...attributes }, path: open.join('>') });
  });
  parser.on('closetag', () => open.pop());
  parser.on('error', (error) => {
    throw error;
  });
  const xml = text.replace('<!doctype html>\n', '').replace(/<(meta|br)\b([^>]*)>/g, '<$1$2/>');
  parser.write(xml).close();
  return elements;
}

describe('the HTML report', () => {
  it('has no element but its own, whatever a source says', () => {
    const own =
      'html head meta title style body main h1 h2 span p dl dt dd ul li section div table caption thead tbody tr th td br';

    const names = new Set(elementsOf(hostile).map(({ name }) => name));

    assert.deepEqual(
      [...names].filter((name) => !own.split(' ').includes(name)),
      [],
    );
  });

  it('loads nothing and runs nothing: no element has an address or a handler', () => {
    const attributes = new Set(elementsOf(hostile).flatMap((one) => Object.keys(one.attributes)));

    assert.deepEqual(
      [...attributes].filter((name) => /^(src|href|srcset|action|style|on.*)$/.test(name)),
      [],
    );
    assert.doesNotMatch(STYLE, /url\(|@import|expression/);
  });

  it('allows its own style and nothing else', () => {
    const policy = elementsOf(full).find(({ attributes }) => 'http-equiv' in attributes)?.attributes.content;

    assert.equal(
      policy,
      `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'`,
    );
    assert.ok(full.includes(`<style>${STYLE}</style>`));
  });

  it('is a document that can be read aloud: language, title, headings in order, tables with head and name', () => {
    const elements = elementsOf(full);
    const named = (name: string) => elements.filter((one) => one.name === name);

    assert.equal(elements[0]?.attributes.lang, 'en');
    assert.equal(named('title').length, 1);
    assert.deepEqual(
      elements.filter(({ name }) => /^h\d$/.test(name)).map(({ name }) => name),
      ['h1', ...Array.from({ length: 7 }, () => 'h2')],
    );
    assert.equal(named('caption').length, named('table').length);
    for (const { attributes } of named('th')) assert.match(attributes.scope ?? '', /^(col|row)$/);
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    assert.equal(new Set(ids).size, ids.length);
    for (const { attributes } of named('section'))
      assert.ok(ids.includes(attributes['aria-labelledby'] ?? ''));
  });

  it('can be moved through with the keyboard where it is wider than the page', () => {
    const regions = elementsOf(full).filter(({ attributes }) => attributes.role === 'region');

    assert.ok(regions.length > 0);
    for (const { attributes } of regions) {
      assert.equal(attributes.tabindex, '0');
      assert.ok(attributes['aria-label']);
    }
  });

  it('gives every row as many cells as its head', () => {
    for (const [table] of hostile.matchAll(/<table>[\s\S]*?<\/table>/g)) {
      const counts = [...table.matchAll(/<tr>.*?<\/tr>/g)].map(([row]) => row.split(/<t[hd]\b/).length);
      assert.equal(new Set(counts).size, 1);
    }
  });

  it('shows what a source says as it is written', () => {
    const [title = ''] = HOSTILE_TEXTS.filter((text) => text.startsWith('<script>'));

    const text = written(htmlReport, aNoGo([aFinding({ title })]));

    assert.ok(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;'));
  });

  it('says that nothing was heard when there is no evidence', () => {
    assert.match(
      written(htmlReport, aVerdict({ evidence: [] })),
      /Evidence<\/h2>\n<p class="warn">none<\/p>/,
    );
  });
});

type Colours = Readonly<Record<string, string>>;

function coloursIn(css: string): Colours {
  return Object.fromEntries(
    [...css.matchAll(/--(\w+): (#[0-9a-f]{3,6})/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** As WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const digits = colour.slice(1);
  const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('the colours of the HTML report', () => {
  const [light = '', dark = '', print = ''] = STYLE.split(/@media [^{]+\{/);
  const base = coloursIn(light);

  for (const [name, css] of Object.entries({ light, dark, print })) {
    const colours = { ...base, ...coloursIn(css) };
    for (const text of ['text', 'faint', 'bad', 'warn', 'good']) {
      for (const ground of ['paper', 'shade']) {
        it(`${text} on ${ground} is readable, ${name} (4.5 to 1)`, () => {
          assert.ok(contrast(colours[text] ?? '', colours[ground] ?? '') >= 4.5);
        });
      }
    }
  }

  it('would be told if they were not readable', () => {
    assert.ok(contrast('#777777', '#ffffff') < 4.5);
    assert.equal(contrast('#000', '#ffffff'), 21);
  });
});
