import { isGatehouseError } from '../../domain/errors.ts';
import { createHttpClient } from '../../platform/http/client.ts';
import { isReadable } from '../check-configuration.ts';
import type { Io } from '../command.ts';
import type { ConfiguredFeed } from '../configuration.ts';
import { ok, type Point, problem } from './point.ts';

export async function feedPoint(
  { name, settings: { url, file, allowPrivate } }: ConfiguredFeed,
  isOffline: boolean,
  io: Io,
): Promise<Point> {
  const about = `feed ${name}`;
  if (file !== undefined) {
    return (await isReadable(file))
      ? ok(about, `${file} can be read`)
      : problem(about, `${file} is not there, or cannot be read`);
  }
  if (url === undefined || isOffline) return ok(about, `${url} was not asked: --offline`);
  const { origin, pathname, search } = new URL(url);
  const http = createHttpClient({
    name,
    baseUrl: origin,
    allowPrivate,
    retries: { attempts: 1 },
    timeouts: { attemptMs: 10_000, totalMs: 15_000 },
  });
  try {
    await http.request({ path: `${pathname}${search}`, method: 'HEAD', signal: io.signal });
    return ok(about, `${origin} answers`);
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    // Some publishers answer no HEAD; they are there all the same.
    if (error.facts.status === 405 || error.facts.status === 501) return ok(about, `${origin} answers`);
    return problem(about, error.message);
  } finally {
    await http.close();
  }
}
