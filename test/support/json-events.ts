import assert from 'node:assert/strict';
import { isGatehouseError } from '../../src/domain/errors.ts';
import { type JsonEvent, type JsonStreamOptions, streamJson } from '../../src/platform/json-stream.ts';

export async function* chunked(
  bytes: Uint8Array,
  sizes: readonly number[] = [65_536],
): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

export async function eventsOf(
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
export function reassemble(events: readonly JsonEvent[]): unknown {
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

export async function refusalOf(
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
