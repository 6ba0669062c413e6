/** Sending an answer, in one piece or as a fault wants it. */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { AnyFault } from '../options.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Bytes of body that were sent. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  faults: readonly AnyFault[],
  signal: AbortSignal,
): Promise<number> {
  const content = Buffer.from(answer.text);
  const length = { 'Content-Length': String(content.length) };
  for (const fault of faults) {
    if (fault.kind === 'truncate') {
      const kept = content.subarray(0, Math.floor(content.length * fault.keep));
      response.writeHead(answer.status, { ...answer.headers, ...(fault.how === 'chunked' ? {} : length) });
      // The connection ends once the kept part has left, without the end that was announced.
      response.write(kept, () => response.destroy());
      return kept.length;
    }
    if (fault.kind === 'drip') {
      response.writeHead(answer.status, { ...answer.headers, ...length });
      for (let at = 0; at < content.length && !response.destroyed; at += fault.chunkBytes) {
        if (at > 0) await wait(fault.everyMs, undefined, { signal });
        response.write(content.subarray(at, at + fault.chunkBytes));
      }
      response.end();
      return content.length;
    }
  }
  response.writeHead(answer.status, { ...answer.headers, ...(answer.status === 204 ? {} : length) });
  response.end(answer.status === 204 ? undefined : content);
  return content.length;
}
