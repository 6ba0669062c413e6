import { once } from 'node:events';
import http from 'node:http';
import type https from 'node:https';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createHttpClient, type HttpClientOptions } from '../../src/platform/http/client.ts';

export async function listen(
  t: TestContext,
  server: http.Server | https.Server | net.Server,
): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return port;
}

export async function aServer(t: TestContext, handler: http.RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(t, http.createServer(handler))}`;
}

export function aLocalClient(t: TestContext, baseUrl: string, options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({
    name: 'local',
    baseUrl,
    allowPrivate: true,
    retries: { baseMs: 1 },
    ...options,
  });
  t.after(() => client.close());
  return client;
}

export function json(response: http.ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}
