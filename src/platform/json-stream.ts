import type { JsonEvent, JsonStreamLimits } from './json-stream/events.ts';
import { compilePatterns } from './json-stream/path-patterns.ts';
import { JsonScanner } from './json-stream/scanner.ts';
import { toUtf8 } from './json-stream/utf8.ts';

export type {
  JsonEnd,
  JsonEvent,
  JsonItem,
  JsonStreamLimits,
} from './json-stream/events.ts';
export type { JsonPath } from './json-stream/path-patterns.ts';
export { showPath } from './json-stream/path-patterns.ts';
export { decodeHead, toUtf8 } from './json-stream/utf8.ts';

export interface JsonStreamOptions extends Partial<JsonStreamLimits> {
  /**
   * Which values to give one by one: `Results[*].Vulnerabilities[*]`, `$[*]` (or `[*]`), `advisories.*`. Where a
   * document has something else at such a place (null, an object for an array), it is part of the skeleton.
   */
  readonly items: readonly string[];
}

export const jsonStreamLimits: JsonStreamLimits = {
  maxDepth: 200,
  maxItemBytes: 32_000_000,
  maxSkeletonBytes: 64_000_000,
  maxBytes: 4_000_000_000,
};

const LARGEST_PIECE = 256 * 1024;

/**
 * Reads one JSON document of any size in bounded memory. It accepts what JSON.parse accepts, and also a byte order
 * mark and UTF-16; it refuses, as JSON.parse would not, what exceeds a limit and a list or map of items that is
 * named twice in one object. Numbers are JavaScript's: integers beyond 2^53 lose digits, as in JSON.parse.
 *
 * An item that was given is no promise that the rest is readable: only `document` says the file was whole.
 * Throws GatehouseError `input-invalid` with the facts `byte` (in the UTF-8 text) and `path`.
 */
export async function* streamJson(
  bytes: AsyncIterable<Uint8Array>,
  options: JsonStreamOptions,
): AsyncGenerator<JsonEvent> {
  const { items, ...limits } = options;
  const scanner = new JsonScanner(compilePatterns(items), { ...jsonStreamLimits, ...limits });
  for await (const chunk of toUtf8(bytes)) {
    for (let from = 0; from < chunk.length; from += LARGEST_PIECE) {
      scanner.write(chunk.subarray(from, from + LARGEST_PIECE));
      for (const event of scanner.events()) yield event;
    }
  }
  scanner.finish();
  for (const event of scanner.events()) yield event;
}
