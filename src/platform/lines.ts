import { GatehouseError } from '../domain/errors.ts';
import { toUtf8 } from './json-stream/utf8.ts';

export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** False for the last one of a text that does not end with a line break. */
  readonly isEnded: boolean;
}

const LONGEST_BYTES = 32_000_000;

/**
 * Lines of a text in UTF-8 or UTF-16, without their ends (LF or CRLF) and without a byte-order mark. Throws
 * GatehouseError `input-invalid` for a line beyond 32 MB and for bytes that are no text.
 */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let number = 0;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new GatehouseError('input-invalid', `after line ${number}: this is no text in UTF-8`, { cause });
    }
  };
  for await (const chunk of toUtf8(bytes)) {
    const lines = (rest + decode(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield { text: withoutReturn(line), number: ++number, isEnded: true };
    if (rest.length > LONGEST_BYTES)
      throw new GatehouseError('input-invalid', `line ${number + 1} is longer than ${LONGEST_BYTES} bytes`);
  }
  rest += decode();
  if (rest !== '') yield { text: withoutReturn(rest), number: number + 1, isEnded: false };
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
