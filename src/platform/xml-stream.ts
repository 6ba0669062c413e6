import { type SaxesAttributeNSIncomplete, SaxesParser, type SaxesTagNS } from 'saxes';
import { GatehouseError } from '../domain/errors.ts';
import { toUtf8 } from './json-stream/utf8.ts';

/** A start tag. Names are local; the attributes that declare namespaces are left out. */
export interface XmlTag {
  readonly name: string;
  readonly namespace: string;
  /** Those with a prefix are named with it. */
  readonly attributes: ReadonlyMap<string, string>;
}

export interface XmlElement extends XmlTag {
  readonly children: readonly XmlElement[];
  /** All text directly in it, character data sections included. */
  readonly text: string;
}

/** One whole element that was asked for, with the start tags around it, outermost first. */
export interface XmlItem {
  readonly kind: 'item';
  readonly pattern: string;
  readonly element: XmlElement;
  readonly enclosing: readonly XmlTag[];
}

/** The last event, given only when the whole file was well-formed. */
export interface XmlDocument {
  readonly kind: 'document';
  readonly root: XmlTag;
  /** Names of the elements directly in the root, empty ones too; the first hundred of them. */
  readonly sections: ReadonlySet<string>;
}

export type XmlEvent = XmlItem | XmlDocument;

export interface XmlStreamLimits {
  readonly maxDepth: number;
  /** Of one element. */
  readonly maxAttributes: number;
  /** All attributes of one element together. */
  readonly maxTagChars: number;
  /** The longest text, comment or tag. */
  readonly maxTokenChars: number;
  /** The largest single item, as it is kept. */
  readonly maxItemChars: number;
  readonly maxBytes: number;
}

export interface XmlStreamOptions extends Partial<XmlStreamLimits> {
  /** Which elements to give one by one, by the local names from the root: `bom/components/component`. */
  readonly items: readonly string[];
}

export const xmlStreamLimits: XmlStreamLimits = {
  maxDepth: 200,
  maxAttributes: 1000,
  maxTagChars: 256_000,
  maxTokenChars: 8_000_000,
  maxItemChars: 32_000_000,
  maxBytes: 4_000_000_000,
};

const LARGEST_PIECE = 64 * 1024;
const MOST_SECTIONS = 100;

/** What an element or attribute costs beside its characters. */
const OVERHEAD = 32;

/**
 * Reads one XML document of any size in bounded memory: only the elements asked for are kept, one at a time. UTF-8,
 * and UTF-16 as `toUtf8` knows it; any other declared encoding is refused. So is a document type declaration, and with
 * it every entity but the five of XML: nothing outside the file is read and nothing in it expands.
 *
 * An item that was given is no promise that the rest is readable: only `document` says the file was whole.
 * Throws GatehouseError `input-invalid` with the facts `line` and `column`.
 */
export async function* streamXml(
  bytes: AsyncIterable<Uint8Array>,
  options: XmlStreamOptions,
): AsyncGenerator<XmlEvent> {
  const { items, ...limits } = options;
  const reader = new XmlReader(new Set(items), { ...xmlStreamLimits, ...limits });
  for await (const chunk of toUtf8(bytes)) {
    for (let from = 0; from < chunk.length; from += LARGEST_PIECE) {
      reader.write(chunk.subarray(from, from + LARGEST_PIECE));
      yield* reader.take();
    }
  }
  yield* reader.finish();
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

class XmlReader {
  readonly #patterns: ReadonlySet<string>;
  readonly #limits: XmlStreamLimits;
  readonly #parser = new SaxesParser({ xmlns: true, position: true });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** The start tags that are open, outermost first. */
  readonly #open: XmlTag[] = [];
  /** Of those, the item and what is open within it. */
  readonly #kept: OpenElement[] = [];
  #items: XmlItem[] = [];
  #root: XmlTag | undefined;
  readonly #sections = new Set<string>();
  #itemChars = 0;
  #charsSinceEvent = 0;
  #attributes = 0;
  #tagChars = 0;
  #bytes = 0;
  #isFinishing = false;

  constructor(patterns: ReadonlySet<string>, limits: XmlStreamLimits) {
    this.#patterns = patterns;
    this.#limits = limits;
    this.#listen();
  }

  write(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#limits.maxBytes)
      throw this.#refused(`the file is larger than ${this.#limits.maxBytes} bytes`);
    this.#parse(this.#decode(piece));
  }

  take(): readonly XmlItem[] {
    const taken = this.#items;
    if (taken.length > 0) this.#items = [];
    return taken;
  }

  finish(): readonly XmlEvent[] {
    this.#isFinishing = true;
    this.#parse(this.#decode());
    this.#parser.close();
    if (this.#root === undefined) throw this.#refused('the file holds no element');
    return [...this.take(), { kind: 'document', root: this.#root, sections: this.#sections }];
  }

  #decode(piece?: Uint8Array): string {
    try {
      return piece === undefined ? this.#decoder.decode() : this.#decoder.decode(piece, { stream: true });
    } catch (cause) {
      throw this.#refused('the text is not valid UTF-8; the file is damaged or cut off', cause);
    }
  }

  #parse(text: string): void {
    this.#charsSinceEvent += text.length;
    this.#parser.write(text);
    const { maxTokenChars } = this.#limits;
    if (this.#charsSinceEvent > maxTokenChars)
      throw this.#refused(`a text, comment or tag is longer than ${maxTokenChars} characters`);
  }

  #listen(): void {
    const parser = this.#parser;
    parser.on('error', (error) => {
      // The parser quotes what it cannot read, however long it is.
      const problem = error.message
        .replace(/^(?:\d+:\d+: )?/, '')
        .replace(/\.$/, '')
        .slice(0, 200);
      const said = this.#isFinishing ? `the file ends too early (${problem})` : `no valid XML (${problem})`;
      throw this.#refused(said, error);
    });
    parser.on('doctype', () => {
      throw this.#refused(
        'a document type declaration (DOCTYPE) is refused, as are the entities it declares',
      );
    });
    parser.on('xmldecl', ({ encoding }) => this.#assertEncoding(encoding));
    parser.on('opentagstart', () => this.#beginTag());
    parser.on('attribute', (attribute) => this.#countAttribute(attribute));
    parser.on('opentag', (tag) => this.#openTag(tag));
    parser.on('closetag', () => this.#closeTag());
    parser.on('text', (text) => this.#addText(text));
    parser.on('cdata', (text) => this.#addText(text));
    const nothing = (): void => {
      this.#charsSinceEvent = 0;
    };
    parser.on('comment', nothing);
    parser.on('processinginstruction', nothing);
  }

  #assertEncoding(encoding: string | undefined): void {
    this.#charsSinceEvent = 0;
    if (encoding === undefined || /^(?:utf-?8|us-ascii|ascii|utf-?16(?:le|be)?)$/i.test(encoding)) return;
    throw this.#refused(`the encoding ${encoding.slice(0, 40)} is not supported; convert the file to UTF-8`);
  }

  #beginTag(): void {
    this.#charsSinceEvent = 0;
    this.#attributes = 0;
    this.#tagChars = 0;
    if (this.#open.length >= this.#limits.maxDepth)
      throw this.#refused(`elements are nested more than ${this.#limits.maxDepth} deep`);
  }

  #countAttribute({ name, value }: SaxesAttributeNSIncomplete): void {
    const { maxAttributes, maxTagChars } = this.#limits;
    if (++this.#attributes > maxAttributes)
      throw this.#refused(`an element has more than ${maxAttributes} attributes`);
    this.#tagChars += name.length + value.length;
    if (this.#tagChars > maxTagChars)
      throw this.#refused(`the attributes of an element are longer than ${maxTagChars} characters`);
  }

  #openTag(source: SaxesTagNS): void {
    this.#charsSinceEvent = 0;
    const tag = tagOf(source);
    this.#root ??= tag;
    this.#open.push(tag);
    if (this.#open.length === 2 && this.#sections.size < MOST_SECTIONS) this.#sections.add(tag.name);
    const parent = this.#kept.at(-1);
    if (parent === undefined && !this.#patterns.has(this.#path())) return;
    if (parent === undefined) this.#itemChars = 0;
    this.#countKept(tag.name.length + this.#tagChars + OVERHEAD * this.#attributes);
    const element: OpenElement = { ...tag, children: [], text: '' };
    parent?.children.push(element);
    this.#kept.push(element);
  }

  #closeTag(): void {
    this.#charsSinceEvent = 0;
    const element = this.#kept.pop();
    if (element !== undefined && this.#kept.length === 0) {
      const pattern = this.#path();
      this.#items.push({ kind: 'item', pattern, element, enclosing: this.#open.slice(0, -1) });
    }
    this.#open.pop();
  }

  #addText(text: string): void {
    this.#charsSinceEvent = 0;
    const element = this.#kept.at(-1);
    if (element === undefined) return;
    this.#countKept(text.length);
    element.text += text;
  }

  #path(): string {
    return this.#open.map(({ name }) => name).join('/');
  }

  #countKept(chars: number): void {
    this.#itemChars += chars + OVERHEAD;
    if (this.#kept.length > 0 && this.#itemChars > this.#limits.maxItemChars)
      throw this.#refused(`one entry is larger than ${this.#limits.maxItemChars} characters`);
  }

  #refused(message: string, cause?: unknown): GatehouseError {
    const { line, column } = this.#parser;
    return new GatehouseError('input-invalid', `line ${line}, column ${column}: ${message}`, {
      cause,
      facts: { line, column },
    });
  }
}

function tagOf(source: SaxesTagNS): XmlTag {
  const attributes = new Map<string, string>();
  for (const { name, prefix, local, value } of Object.values(source.attributes)) {
    if (prefix === 'xmlns' || name === 'xmlns') continue;
    attributes.set(prefix === '' ? local : name, value);
  }
  return { name: source.local, namespace: source.uri, attributes };
}
