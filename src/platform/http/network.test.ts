/** What only real sockets show: TLS, proxies, compression, bodies cut short, connections reused, process exit. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import { Secret } from '../secret.ts';
import { createHttpClient, type HttpClientOptions } from './client.ts';

const run = promisify(execFile);

async function listen(t: TestContext, server: http.Server | https.Server | net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return port;
}

async function aServer(t: TestContext, handler: http.RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(t, http.createServer(handler))}`;
}

function aClient(t: TestContext, baseUrl: string, options: Partial<HttpClientOptions> = {}) {
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

async function failureOf(work: Promise<unknown>): Promise<GatehouseError> {
  const error = await work.then(
    () => undefined,
    (caught) => caught,
  );
  assert.ok(isGatehouseError(error), String(error));
  return error;
}

function json(response: http.ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

/** A certificate authority, a certificate for 127.0.0.1, and one for a client, made for this run alone. */
async function certificates(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-tls-'));
  t.after(() => rm(folder, { recursive: true }));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const issue = async (name: string, extension: string, days: string) => {
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', extension, '-days', days];
    await openssl(
      'req',
      '-x509',
      ...key,
      '-subj',
      `/CN=${name}`,
      ...signing,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
  };
  await openssl(
    'req',
    '-x509',
    ...key,
    '-subj',
    '/CN=test authority',
    '-days',
    '2',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  await issue('server', 'subjectAltName=IP:127.0.0.1', '2');
  await issue('other', 'subjectAltName=DNS:elsewhere.example', '2');
  await issue('client', 'extendedKeyUsage=clientAuth', '2');
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const pair = async (name: string) => ({ cert: await read(`${name}.pem`), key: await read(`${name}.key`) });
  return {
    ca: await read('ca.pem'),
    server: await pair('server'),
    other: await pair('other'),
    client: await pair('client'),
  };
}

test('connections are kept and reused', async (t) => {
  let connections = 0;
  const server = http.createServer((_request, response) => json(response, {}));
  server.on('connection', () => {
    connections += 1;
  });
  const client = aClient(t, `http://127.0.0.1:${await listen(t, server)}`);

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
  const client = aClient(t, url, { limits: { maxWorkers: 7 } });

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
  const client = aClient(t, `http://vendor.test:${url.port}`, { resolve: resolve('127.0.0.1') });
  const rebound = aClient(t, 'http://vendor.test', { resolve: resolve('169.254.169.254') });
  const strict = aClient(t, `http://vendor.test:${url.port}`, {
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

    assert.deepEqual((await aClient(t, url).getJson('/x')).body, { packed: encoding });
  });
}

test('a body that unpacks to more than allowed is refused once, not unpacked', async (t) => {
  let calls = 0;
  const url = await aServer(t, (_request, response) => {
    calls += 1;
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(Buffer.alloc(20_000_000)));
  });
  const client = aClient(t, url, { maxBodyBytes: 1_000_000 });

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

    assert.deepEqual((await aClient(t, url).getJson('/x')).body, { whole: true });
    assert.equal(calls, 2);
  });
}

test('a body that drips is ended by the deadline of the attempt', async (t) => {
  const url = await aServer(t, (_request, response) => {
    response.write('{');
    const drip = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drip));
  });
  const client = aClient(t, url, { timeouts: { attemptMs: 80 }, retries: { attempts: 2, baseMs: 1 } });

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
  const client = aClient(t, `http://127.0.0.1:${port}`, { retries: { attempts: 2, baseMs: 1 } });

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
  const call = failureOf(aClient(t, url).getJson('/x', { signal: control.signal }));
  await started;

  control.abort();

  assert.equal((await call).code, 'cancelled');
  await ended;
});

test('TLS: an unknown authority is told as such, with the option, and is not asked again', async (t) => {
  const { server, ca } = await certificates(t);
  const port = await listen(
    t,
    https.createServer(server, (_request, response) => json(response, { tls: true })),
  );
  const url = `https://127.0.0.1:${port}`;

  const error = await failureOf(aClient(t, url).getJson('/x'));
  const trusted = await aClient(t, url, { tls: { ca } }).getJson('/x');
  const unchecked = await aClient(t, url, { tls: { verify: false } }).getJson('/x');

  assert.equal(error.code, 'source-unavailable');
  assert.match(error.message, /TLS certificate.*tls\.ca.*tls\.verify/);
  assert.equal(error.facts.attempts, 1);
  assert.deepEqual([trusted.body, unchecked.body], [{ tls: true }, { tls: true }]);
});

test('TLS: a certificate for another name is refused, and one asked of us is sent', async (t) => {
  const { other, server, client, ca } = await certificates(t);
  const elsewhere = await listen(
    t,
    https.createServer(other, (_request, response) => json(response, {})),
  );
  const strict = https.createServer({ ...server, ca, requestCert: true }, (_request, response) =>
    json(response, { known: true }),
  );
  const asking = await listen(t, strict);
  const tls = { ca, cert: client.cert, key: new Secret(client.key) };

  const error = await failureOf(aClient(t, `https://127.0.0.1:${elsewhere}`, { tls: { ca } }).getJson('/x'));
  const without = await failureOf(
    aClient(t, `https://127.0.0.1:${asking}`, { tls: { ca }, retries: { attempts: 1 } }).getJson('/x'),
  );
  const answer = await aClient(t, `https://127.0.0.1:${asking}`, { tls }).getJson('/x');

  assert.match(error.message, /TLS certificate \(ERR_TLS_CERT_ALTNAME_INVALID/);
  assert.equal(without.code, 'source-unavailable');
  assert.deepEqual(answer.body, { known: true });
});

/** Lets CONNECT through to this machine when the password is right. */
async function aProxy(t: TestContext) {
  const tunnels: string[] = [];
  const sockets = new Set<net.Socket>();
  const proxy = http.createServer();
  proxy.on('connect', (request, socket: net.Socket) => {
    tunnels.push(request.url ?? '');
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    const expected = `Basic ${Buffer.from('user:pass word').toString('base64')}`;
    if (request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = net.connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { port: await listen(t, proxy), tunnels };
}

test('a proxy is gone through, and the server’s certificate is still checked', async (t) => {
  const { server, ca } = await certificates(t);
  const target = await listen(
    t,
    https.createServer(server, (_request, response) => json(response, { by: 'proxy' })),
  );
  const { port, tunnels } = await aProxy(t);
  const proxy = new Secret(`http://user:pass%20word@127.0.0.1:${port}`);
  const url = `https://127.0.0.1:${target}`;

  const answer = await aClient(t, url, { proxy, tls: { ca } }).getJson('/x');
  const unknown = await failureOf(aClient(t, url, { proxy }).getJson('/x'));

  assert.deepEqual(answer.body, { by: 'proxy' });
  assert.deepEqual(new Set(tunnels), new Set([`127.0.0.1:${target}`]));
  assert.match(unknown.message, /TLS certificate/);
});

test('a proxy that refuses us is told without its password', async (t) => {
  const { port } = await aProxy(t);
  const proxy = new Secret(`http://user:sesame@127.0.0.1:${port}`);
  const client = aClient(t, 'https://127.0.0.1:9', { proxy, retries: { attempts: 1 } });

  const error = await failureOf(client.getJson('/x'));

  assert.match(error.message, /could not connect.*407.*proxy/);
  assert.ok(!`${error.message}${JSON.stringify(error.facts)}`.includes('sesame'));
});

test('a proxy is used for plain http too', async (t) => {
  const forwarded: string[] = [];
  const proxy = await listen(
    t,
    http.createServer((request, response) => {
      forwarded.push(request.url ?? '');
      json(response, {});
    }),
  );
  const client = aClient(t, 'http://vendor.test/api', { proxy: new Secret(`http://127.0.0.1:${proxy}`) });

  await client.getJson('/x');

  assert.deepEqual(forwarded, ['http://vendor.test/api/x']);
});

test('a rate of 200 a second is kept and used on a real socket', async (t) => {
  const arrivals: number[] = [];
  const url = await aServer(t, (_request, response) => {
    arrivals.push(performance.now());
    setTimeout(() => json(response, {}), 20);
  });
  const client = aClient(t, url, { limits: { ratePerSecond: 200 } });

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
