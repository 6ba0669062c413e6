import type { Clock } from '../clock.ts';

/**
 * Gives the work a signal that aborts when the outer one does or when time is up, and settles at once when that
 * happens, whether or not the work listens. No timer and no listener outlives it.
 */
export async function within<T>(
  clock: Pick<Clock, 'sleep'>,
  ms: number,
  outer: AbortSignal,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const inner = new AbortController();
  const done = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    inner.signal.addEventListener('abort', () => reject(inner.signal.reason), { once: true });
  });
  const forward = () => inner.abort(outer.reason);
  outer.addEventListener('abort', forward, { once: true });
  clock.sleep(ms, done.signal).then(
    () => inner.abort(late()),
    () => undefined, // the work was in time
  );
  try {
    return await Promise.race([work(inner.signal), stopped]);
  } finally {
    outer.removeEventListener('abort', forward);
    done.abort();
  }
}
