import type { Incoming } from './wire.ts';

/**
 * Answers that carried an ETag, so that the next call may ask only whether they changed. Bounded by bytes; the least
 * recently used go first. Nothing is ever served without asking the server.
 */
export interface AnswerCache {
  get(key: string): Incoming | undefined;
  /** Keeps it when it may be kept; otherwise forgets what was there. */
  put(key: string, answer: Incoming): void;
  readonly bytes: number;
}

/** What an entry costs beside its body. */
const OVERHEAD_BYTES = 1024;

export function createAnswerCache(maxBytes: number): AnswerCache {
  const entries = new Map<string, Incoming>();
  let bytes = 0;
  const cost = (answer: Incoming) => answer.body.length + OVERHEAD_BYTES;

  function forget(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    bytes -= cost(entry);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry) {
        entries.delete(key);
        entries.set(key, entry);
      }
      return entry;
    },
    put(key, answer) {
      forget(key);
      const storable =
        answer.headers.etag !== undefined && !/\bno-store\b/i.test(answer.headers['cache-control'] ?? '');
      if (!storable || cost(answer) > maxBytes / 4) return;
      entries.set(key, answer);
      bytes += cost(answer);
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        forget(oldest);
      }
    },
    get bytes() {
      return bytes;
    },
  };
}
