import { decodeHead } from '../platform/json-stream.ts';
import type { ScanHead } from './format.ts';
import { outlineOf } from './head-outline.ts';

/** How much of a file detection looks at. */
export const SCAN_HEAD_BYTES = 64 * 1024;

/** From the first bytes of a file (`SCAN_HEAD_BYTES`, fewer when it has fewer), already unpacked. */
export function scanHead(fileName: string, bytes: Uint8Array): ScanHead {
  const text = decodeHead(bytes);
  const head = { fileName, text, outline: outlineOf(text) };
  if (bytes.length >= SCAN_HEAD_BYTES) return head;
  try {
    return { ...head, json: JSON.parse(text) };
  } catch {
    // Not JSON, or damaged: detection goes by the text, and reading says what is wrong.
    return head;
  }
}
