import { decodeHead } from '../platform/json-stream.ts';
import type { ScanFile } from './format.ts';

const MOST_LOOKED_AT = 4096;

/** What a file begins with, white space apart, for a format that is written in several ways; '' where it is all space. */
export async function firstCharacter(file: ScanFile): Promise<string> {
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of file.open()) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= 16 && (decodeHead(head).trim() !== '' || head.length > MOST_LOOKED_AT)) break;
  }
  return decodeHead(head).trimStart().slice(0, 1);
}
