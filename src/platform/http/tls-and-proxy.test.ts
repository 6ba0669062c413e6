/** Certificates and proxies, on real sockets. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { failureOf } from '../../../test/support/invented-server.ts';
import { aLocalClient, json, listen } from '../../../test/support/local-server.ts';
import { Secret } from '../secret.ts';

const run = promisify(execFile);

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

test('TLS: an unknown authority is told as such, with the option, and is not asked again', async (t) => {
  const { server, ca } = await certificates(t);
  const port = await listen(
    t,
    https.createServer(server, (_request, response) => json(response, { tls: true })),
  );
  const url = `https://127.0.0.1:${port}`;

  const error = await failureOf(aLocalClient(t, url).getJson('/x'));
  const trusted = await aLocalClient(t, url, { tls: { ca } }).getJson('/x');
  const unchecked = await aLocalClient(t, url, { tls: { verify: false } }).getJson('/x');

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

  const error = await failureOf(
    aLocalClient(t, `https://127.0.0.1:${elsewhere}`, { tls: { ca } }).getJson('/x'),
  );
  const without = await failureOf(
    aLocalClient(t, `https://127.0.0.1:${asking}`, { tls: { ca }, retries: { attempts: 1 } }).getJson('/x'),
  );
  const answer = await aLocalClient(t, `https://127.0.0.1:${asking}`, { tls }).getJson('/x');

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

  const answer = await aLocalClient(t, url, { proxy, tls: { ca } }).getJson('/x');
  const unknown = await failureOf(aLocalClient(t, url, { proxy }).getJson('/x'));

  assert.deepEqual(answer.body, { by: 'proxy' });
  assert.deepEqual(new Set(tunnels), new Set([`127.0.0.1:${target}`]));
  assert.match(unknown.message, /TLS certificate/);
});

test('a proxy that refuses us is told without its password', async (t) => {
  const { port } = await aProxy(t);
  const proxy = new Secret(`http://user:sesame@127.0.0.1:${port}`);
  const client = aLocalClient(t, 'https://127.0.0.1:9', { proxy, retries: { attempts: 1 } });

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
  const client = aLocalClient(t, 'http://vendor.test/api', {
    proxy: new Secret(`http://127.0.0.1:${proxy}`),
  });

  await client.getJson('/x');

  assert.deepEqual(forwarded, ['http://vendor.test/api/x']);
});
