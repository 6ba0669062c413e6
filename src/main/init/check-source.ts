/** Whether a source answers with the token that was named, asked as a collection would. */
import { createHttpClient } from '../../platform/http/client.ts';
import type { Io } from '../command.ts';
import type { ConfiguredSource } from '../configuration.ts';

export interface SourceAnswer {
  readonly source: string;
  /** How many entries its list has. */
  readonly problems: number;
  /** What the source says of what was asked for: a zone that it does not know, for one. */
  readonly doubts: readonly string[];
}

/** Throws what a collection would end with: a token that is refused, a host that is not there. Stores nothing. */
export async function checkSource(
  { name, source, settings }: ConfiguredSource,
  io: Io,
): Promise<SourceAnswer> {
  const http = await source.connect(settings, {
    sourceId: name,
    environment: io.env,
    // Somebody waits: no second tries.
    createClient: (options) =>
      createHttpClient({
        ...options,
        retries: { attempts: 1 },
        timeouts: { attemptMs: 15_000, totalMs: 20_000 },
        breaker: { whileOpen: 'fail' },
      }),
  });
  try {
    const pages = source.collect({
      sourceId: name,
      settings,
      scope: { labels: [] },
      wants: new Set(),
      pass: 'full',
      after: undefined,
      seen: async () => undefined,
      http,
      now: () => io.now().getTime(),
      signal: io.signal,
    });
    let problems = 0;
    for (;;) {
      const next = await pages.next();
      if (next.done === true) return { source: name, problems, doubts: next.value.reasons };
      problems += next.value.statements.length + next.value.rejected.length;
    }
  } finally {
    await http.close();
  }
}
