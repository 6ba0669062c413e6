/**
 * JSON that every reader understands alike. Where a key stands twice in one object, readers differ in which of the two
 * counts, so that one may check what another does not see: what is signed is refused for it.
 */
import { GatehouseError } from '../domain/errors.ts';

/** @throws GatehouseError `input-invalid`, `what` naming the document: not UTF-8, not JSON, or a key stands twice */
export function parseStrictJson(bytes: Uint8Array, what: string): unknown {
  const text = decode(bytes, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // What V8 says quotes the document.
    throw new GatehouseError('input-invalid', `${what} is not JSON, or ends too early`, { cause });
  }
  if (hasRepeatedKey(text))
    throw new GatehouseError('input-invalid', `${what} has a key twice in one object`);
  return value;
}

function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new GatehouseError('input-invalid', `${what} is not UTF-8`, { cause });
  }
}

const STRING_OR_BRACE = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/gs;

/** Of text that is known to be JSON: there a string is a key exactly when a colon follows it. */
function hasRepeatedKey(text: string): boolean {
  const open: Set<unknown>[] = [];
  for (const { 0: token, index } of text.matchAll(STRING_OR_BRACE)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (isColonAt(text, index + token.length)) {
      const keys = open.at(-1);
      // Written differently, `"a"` and `"\u0061"` are the same key.
      const key: unknown = JSON.parse(token);
      if (keys?.has(key)) return true;
      keys?.add(key);
    }
  }
  return false;
}

function isColonAt(text: string, from: number): boolean {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}
