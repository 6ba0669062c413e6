/** Tells a verdict where the change is looked at: on the code host whose pipeline this is. */
import { appendFile, readFile } from 'node:fs/promises';
import { GatehouseError } from '../domain/errors.ts';
import type { Announcement, CodeHost, Environment } from '../notify/announcement.ts';
import { createHttpClient } from '../platform/http/client.ts';
import { tokenCredential } from '../platform/http/credential.ts';
import { resolveSecret } from '../platform/secret.ts';

export interface AnnounceJob {
  readonly host: CodeHost;
  readonly env: Environment;
  readonly announcement: Announcement;
  readonly signal: AbortSignal;
}

/**
 * Returns what was done, a sentence each. Throws GatehouseError `config-invalid` (the environment lacks something) or
 * as the host answers; the summary is then written all the same.
 */
export async function announce(job: AnnounceJob): Promise<readonly string[]> {
  const { host, env, announcement, signal } = job;
  const place = await host.place(env, (path) => readFile(path, 'utf8'));
  const said: string[] = [];
  if (place.summaryFile !== undefined) {
    await appendFile(place.summaryFile, `${announcement.markdown}\n`);
    said.push('report added to the page of the run');
  }
  const { variable, header, prefix } = place.token;
  if (!env[variable]) {
    throw new GatehouseError('config-invalid', `${variable} is not set: ${place.accessHint}`);
  }
  const http = createHttpClient({
    name: host.kind,
    baseUrl: place.baseUrl,
    headers: { 'user-agent': 'gatehouse', ...place.headers },
    accessHint: place.accessHint,
    credential: tokenCredential({ header, prefix, token: () => resolveSecret({ env: variable }, env) }),
    allowPrivate: place.isOwnHost,
    timeouts: { totalMs: 60_000 },
  });
  try {
    return [...said, ...(await place.announce(http, announcement, signal))];
  } finally {
    await http.close();
  }
}
