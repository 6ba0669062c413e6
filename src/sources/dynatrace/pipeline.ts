/** Work that runs ahead of its reader, and comes out in order. */

/** Lets so many tasks run at a time; the others wait in line. */
export interface Turnstile {
  run<T>(task: () => Promise<T>): Promise<T>;
  readonly waiting: number;
}

export function createTurnstile(places: number, onChange: () => void): Turnstile {
  const line: (() => void)[] = [];
  let inside = 0;
  return {
    async run(task) {
      if (inside < places) inside += 1;
      else await new Promise<void>((enter) => line.push(enter));
      try {
        return await task();
      } finally {
        const next = line.shift();
        if (next === undefined) inside -= 1;
        else next();
        onChange();
      }
    },
    get waiting() {
      return line.length;
    },
  };
}

/** Wakes whoever waits for a condition to be looked at again. */
export interface Bell {
  ring(): void;
  until(holds: () => boolean): Promise<void>;
}

export function createBell(): Bell {
  let heard = Promise.withResolvers<void>();
  return {
    ring() {
      heard.resolve();
      heard = Promise.withResolvers<void>();
    },
    async until(holds) {
      while (!holds()) await heard.promise;
    },
  };
}

export interface AheadOptions {
  readonly bell: Bell;
  /** Whether the next input may be read, given how many results wait for their reader. Looked at when the bell rings. */
  readonly hasRoom: (unread: number) => boolean;
  /** Ends the reading when the reader leaves early. */
  readonly stop: AbortController;
}

/**
 * Starts `work` on each input as soon as it is read, and yields the results in the order of the inputs. A failure
 * comes out where its result would have, after everything that was read before it.
 */
export async function* ahead<In, Out>(
  inputs: AsyncIterable<In>,
  work: (input: In) => Promise<Out>,
  { bell, hasRoom, stop }: AheadOptions,
): AsyncGenerator<Out> {
  const results: Promise<Out>[] = [];
  let isAtEnd = false;
  const push = (result: Promise<Out>) => {
    result.catch(() => undefined); // its reader comes later, and hears of it then
    results.push(result);
    bell.ring();
  };
  const reading = (async () => {
    for await (const input of inputs) {
      push(work(input));
      await bell.until(() => stop.signal.aborted || hasRoom(results.length));
      if (stop.signal.aborted) return;
    }
  })()
    .catch((error) => push(Promise.reject(error)))
    .finally(() => {
      isAtEnd = true;
      bell.ring();
    });
  try {
    while (true) {
      await bell.until(() => results.length > 0 || isAtEnd);
      const result = results.shift();
      if (result === undefined) return;
      bell.ring();
      yield await result;
    }
  } finally {
    stop.abort();
    bell.ring();
    await reading;
  }
}
