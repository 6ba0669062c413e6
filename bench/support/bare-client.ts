/** A client that does nothing but call: what it reaches is the most that anybody can. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from './emulator.ts';

/** Calls for details, and when they start */
export interface BareCalls {
  readonly ids: readonly string[];
  /** So many start each second, whatever becomes of them. */
  readonly perSecond?: number;
  /** So many are under way at any time. */
  readonly inFlight?: number;
}

/** Milliseconds until the last answer. Throws when one is not 200: then this was not a limit. */
export async function callBare(emulator: Emulator, calls: BareCalls): Promise<number> {
  const { ids, perSecond = Number.POSITIVE_INFINITY, inFlight = ids.length } = calls;
  const startedAt = performance.now();
  const rest = ids.entries();
  const worker = async (): Promise<void> => {
    for (const [nth, id] of rest) {
      await sleep(Math.max(0, startedAt + (nth * 1000) / perSecond - performance.now()));
      await get(emulator, `securityProblems/${id}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return performance.now() - startedAt;
}

/** Milliseconds for reading the pages of the list one after the other, as their keys ask for. */
export async function listBare(emulator: Emulator): Promise<number> {
  const startedAt = performance.now();
  let query = 'pageSize=500&from=now-365d';
  for (;;) {
    const { nextPageKey } = JSON.parse(await get(emulator, `securityProblems?${query}`));
    if (!nextPageKey) return performance.now() - startedAt;
    query = new URLSearchParams({ nextPageKey }).toString();
  }
}

async function get({ url, token, environmentId }: Emulator, path: string): Promise<string> {
  const answer = await fetch(`${url}/e/${environmentId}/api/v2/${path}`, {
    headers: { authorization: `Api-Token ${token}` },
  });
  if (answer.status !== 200) throw new Error(`a bare call for ${path} was answered ${answer.status}`);
  return await answer.text();
}
