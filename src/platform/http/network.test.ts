/** What only real sockets show: compression, bodies cut short, connections reused, process exit. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { failureOf } from '../../../test/support/invented-server.ts';
import { aLocalClient, aServer, json, listen } from '../../../test/support/local-server.ts';

const run = promisify(execFile);

test('connections are kept and reused', async (t) => {
  let connections = 0;
  const server = http.createServer((_request, response) => json(response, {}));
  server.on('connection', () => {
    connections += 1;
  });
  const client = aLocalClient(t, `http://127.0.0.1:${await listen(t, server)}`);

  for (let i = 0; i < 20; i++) await client.getJson('/x');

  // A call may start in the instant before the connection of the last one is free.
  assert.ok(connections <= 2, `${connections} connections`);
});

test('no more connections are opened than calls may be under way', async (t) => {
  let open = 0;
  let most = 0;
  const url = await aServer(t, (_request, response) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open -= 1;
      json(response, {});
    }, 5);
  });
  const client = aLocalClient(t, url, { limits: { maxWorkers: 7 } });

  await Promise.all(Array.from({ length: 60 }, (_, i) => client.getJson(`/${i}`)));

  assert.equal(most, 7);
});

test('a name is resolved once and guarded: the metadata address is never connected to', async (t) => {
  const url = new URL(await aServer(t, (_request, response) => json(response, {})));
  const asked: string[] = [];
  const resolve = (address: string) => async (hostname: string) => {
    asked.push(hostname);
    return [{ address, family: 4 }];
  };
  const client = aLocalClient(t, `http://vendor.test:${url.port}`, { resolve: resolve('127.0.0.1') });
  const rebound = aLocalClient(t, 'http://vendor.test', { resolve: resolve('169.254.169.254') });
  const strict = aLocalClient(t, `http://vendor.test:${url.port}`, {
    resolve: resolve('127.0.0.1'),
    allowPrivate: false,
  });

  await Promise.all(Array.from({ length: 5 }, () => client.getJson('/x')));
  const metadata = await failureOf(rebound.getJson('/x'));
  const refused = await failureOf(strict.getJson('/x'));

  assert.equal(asked.length, 3);
  assert.deepEqual([metadata.code, refused.code], ['forbidden', 'forbidden']);
  assert.match(refused.message, /allowPrivate/);
});

for (const [encoding, pack] of [
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
] as const) {
  test(`a body packed with ${encoding} is unpacked`, async (t) => {
    const url = await aServer(t, (_request, response) => {
      response.setHeader('content-encoding', encoding);
      response.end(pack(JSON.stringify({ packed: encoding })));
    });

    assert.deepEqual((await aLocalClient(t, url).getJson('/x')).body, { packed: encoding });
  });
}

test('a body that unpacks to more than allowed is refused once, not unpacked', async (t) => {
  let calls = 0;
  const url = await aServer(t, (_request, response) => {
    calls += 1;
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(Buffer.alloc(20_000_000)));
  });
  const client = aLocalClient(t, url, { maxBodyBytes: 1_000_000 });

  const error = await failureOf(client.getJson('/x'));

  assert.match(error.message, /larger than 1000000 bytes; raise maxBodyBytes/);
  assert.equal(calls, 1);
});

const broken: [string, (response: http.ServerResponse) => void][] = [
  [
    'cut short of its length',
    (response) => {
      response.writeHead(200, { 'content-length': '100', 'content-type': 'application/json' });
      response.write('{"a":');
      setImmediate(() => response.destroy());
    },
  ],
  [
    'cut within a chunk',
    (response) => {
      response.write('{"a":');
      setImmediate(() => response.destroy());
    },
  ],
  [
    'cut within gzip',
    (response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('{"a":"some text that is long enough"}').subarray(0, 25));
    },
  ],
  ['reset before it began', (response) => response.destroy()],
  ['whole, and half of a JSON document', (response) => response.end('{"a":')],
];

for (const [what, send] of broken) {
  test(`an answer that is ${what} is asked for again`, async (t) => {
    let calls = 0;
    const url = await aServer(t, (_request, response) => {
      calls += 1;
      if (calls === 1) send(response);
      else json(response, { whole: true });
    });

    assert.deepEqual((await aLocalClient(t, url).getJson('/x')).body, { whole: true });
    assert.equal(calls, 2);
  });
}

test('a body that drips is ended by the deadline of the attempt', async (t) => {
  const url = await aServer(t, (_request, response) => {
    response.write('{');
    const drip = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drip));
  });
  const client = aLocalClient(t, url, { timeouts: { attemptMs: 80 }, retries: { attempts: 2, baseMs: 1 } });

  const error = await failureOf(client.getJson('/x'));

  assert.equal(error.code, 'source-unavailable');
  assert.match(error.message, /did not answer in full within 80 ms after 2 attempts/);
});

test('a server that is not there is told with what to check', async (t) => {
  const port = await new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
  const client = aLocalClient(t, `http://127.0.0.1:${port}`, { retries: { attempts: 2, baseMs: 1 } });

  assert.match(
    (await failureOf(client.getJson('/x'))).message,
    /could not connect \(ECONNREFUSED.*check address, proxy and firewall/,
  );
});

test('aborting ends the connection of the call', async (t) => {
  let closed: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    closed = resolve;
  });
  let begun: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const url = await aServer(t, (_request, response) => {
    response.on('close', closed);
    response.write('{');
    begun();
  });
  const control = new AbortController();
  const call = failureOf(aLocalClient(t, url).getJson('/x', { signal: control.signal }));
  await started;

  control.abort();

  assert.equal((await call).code, 'cancelled');
  await ended;
});

test('a rate of 200 a second is kept and used on a real socket', async (t) => {
  const arrivals: number[] = [];
  const url = await aServer(t, (_request, response) => {
    arrivals.push(performance.now());
    setTimeout(() => json(response, {}), 20);
  });
  const client = aLocalClient(t, url, { limits: { ratePerSecond: 200 } });

  await Promise.all(Array.from({ length: 220 }, (_, i) => client.getJson(`/${i}`)));

  const span = arrivals.at(-1)! - arrivals[0]!;
  assert.ok(span >= 950, `220 calls within ${span} ms`);
});

test('a process that has made its calls ends, though connections are idle', async (t) => {
  const url = await aServer(t, (_request, response) => json(response, {}));
  const program = `
    import { createHttpClient } from ${JSON.stringify(new URL('./client.ts', import.meta.url).href)};
    const client = createHttpClient({ name: 'x', baseUrl: ${JSON.stringify(url)}, allowPrivate: true, limits: { ratePerMinute: 5 } });
    await Promise.all([1, 2, 3].map((n) => client.getJson('/' + n)));
    const control = new AbortController();
    const waiting = Promise.allSettled([4, 5, 6, 7].map((n) => client.getJson('/' + n, { signal: control.signal })));
    setTimeout(() => control.abort(), 50);
    const outcomes = await waiting;
    console.log(outcomes.map((outcome) => outcome.status[0]).join(''));
  `;
  const started = performance.now();

  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: 20_000,
  });

  assert.equal(stdout.trim(), 'ffrr');
  assert.equal(stderr, '');
  assert.ok(performance.now() - started < 10_000);
});
