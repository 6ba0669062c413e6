/** A scanner that prints notices to the same place as its JSON leaves them around it. */
import { GatehouseError } from '../domain/errors.ts';
import { toUtf8 } from '../platform/json-stream/utf8.ts';

/** A line that starts as an object or a list does; `[notice]` is none. */
const START = /^[ \t]*(?:\{(?=\s*["}])|\[(?=\s*["{[\]]))/m;

const MOST_TEXT_BEFORE = 64 * 1024;

/** The text from where JSON starts in it; empty where it does not. */
export function fromJsonStart(text: string): string {
  const at = text.search(START);
  return at < 0 ? '' : text.slice(at);
}

/**
 * The bytes of the JSON document within a text, as UTF-8. Throws `input-invalid` where there is none, and where more
 * JSON follows the first document.
 */
export async function* jsonInText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let before: Buffer | undefined = Buffer.alloc(0);
  const end = new DocumentEnd();
  for await (const chunk of toUtf8(bytes)) {
    let rest: Buffer = Buffer.from(chunk);
    if (before !== undefined) {
      const head: Buffer = Buffer.concat([before, rest]);
      const start = head.toString('latin1').search(START);
      if (start < 0) {
        if (head.length > MOST_TEXT_BEFORE) throw refused('no JSON in it');
        before = head;
        continue;
      }
      before = undefined;
      rest = head.subarray(start);
    }
    const length = end.find(rest);
    if (length > 0) yield rest.subarray(0, length);
    end.assertText(rest.subarray(length));
  }
  if (before !== undefined) throw refused('no JSON in it');
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING: ReadonlySet<number> = new Set(Buffer.from('{['));
const CLOSING: ReadonlySet<number> = new Set(Buffer.from('}]'));
const MORE_JSON: ReadonlySet<number> = new Set(Buffer.from('{}[]",:'));
const SPACE: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n'));

/** Follows one document to its last bracket. */
class DocumentEnd {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isOver = false;
  #isTextBehind = false;

  /** How many of the bytes belong to the document. */
  find(bytes: Buffer): number {
    if (this.#isOver) return 0;
    for (const [at, byte] of bytes.entries()) {
      this.#step(byte);
      if (this.#isOver) return at + 1;
    }
    return bytes.length;
  }

  #step(byte: number): void {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInString = false;
    } else if (byte === QUOTE) this.#isInString = true;
    else if (OPENING.has(byte)) this.#depth++;
    else if (CLOSING.has(byte)) this.#isOver = --this.#depth === 0;
  }

  /** Behind the document stands text or nothing. */
  assertText(bytes: Buffer): void {
    if (!this.#isOver || this.#isTextBehind) return;
    const first = bytes.find((byte) => !SPACE.has(byte));
    if (first === undefined) return;
    if (MORE_JSON.has(first)) throw refused('more JSON behind its end');
    this.#isTextBehind = true;
  }
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `the file is no JSON document: there is ${reason}`);
}
