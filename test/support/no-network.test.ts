import './no-network.ts';
import assert from 'node:assert/strict';
import dns, { lookup, resolve4 } from 'node:dns';
import * as promised from 'node:dns/promises';
import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, connect, createServer, type LookupFunction, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { fetch as undiciFetch } from 'undici';

/** An address that belongs to documentation: nobody is there, so a connection that got out would hang. */
const OUTSIDE = '192.0.2.1';
const refused = { code: 'EREFUSED_IN_TESTS' };

let server: Server;
let port: number;
before(async () => {
  server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
after(() => server.close());

const answering =
  (address: string): LookupFunction =>
  (_name, options, answer) =>
    options.all ? answer(null, [{ address, family: 4 }]) : answer(null, address, 4);

async function greeting(socket: Socket): Promise<string> {
  return String(await socket.setEncoding('utf8').toArray());
}

test('an address outside is refused, however it is connected to', () => {
  assert.throws(() => connect(80, OUTSIDE), refused);
  assert.throws(() => connect({ port: 80, host: OUTSIDE }), refused);
  assert.throws(() => new Socket().connect(80, OUTSIDE), refused);
  assert.throws(() => new Socket().connect({ port: 80, host: '2001:db8::1' }), refused);
  assert.throws(() => connectTls({ port: 443, host: OUTSIDE }), refused);
});

test('a name outside is refused without asking for it', async () => {
  await assert.rejects(once(connect(80, 'example.org'), 'connect'), refused);
  await assert.rejects(once(get('http://example.org/'), 'response'), refused);
});

test('fetch is refused too, Node’s own and the package', async () => {
  await assert.rejects(fetch('http://example.org/'), (error: Error) =>
    Object.is(Object(error.cause).code, refused.code),
  );
  await assert.rejects(undiciFetch(`http://${OUTSIDE}/`), (error: Error) =>
    Object.is(Object(error.cause).code, refused.code),
  );
});

test('a name whose lookup leads outside is refused by the address', async () => {
  const socket = connect({ port: 80, host: 'vendor.test', lookup: answering(OUTSIDE) });

  await assert.rejects(once(socket, 'connect'), refused);
});

test('a name whose lookup leads back here is connected to', async () => {
  assert.equal(
    await greeting(connect({ port, host: 'vendor.test', lookup: answering('127.0.0.1') })),
    'hello',
  );
});

test('this machine is connected to by address, by name and by port alone', async () => {
  assert.equal(await greeting(connect(port, '127.0.0.1')), 'hello');
  assert.equal(await greeting(connect(port, 'localhost')), 'hello');
  assert.equal(await greeting(connect(port)), 'hello');
  assert.equal(await greeting(new Socket().connect({ port })), 'hello');
});

test('a socket file is connected to', async () => {
  const path = join(tmpdir(), `gatehouse-no-network-${process.pid}.sock`);
  const local = createServer((socket) => socket.end('hello')).listen(path);
  await once(local, 'listening');

  assert.equal(await greeting(connect(path)), 'hello');
  assert.equal(await greeting(connect({ path })), 'hello');

  local.close();
});

test('names of this machine are looked up, and no others', async () => {
  assert.equal((await promised.lookup('localhost', { family: 4 })).address, '127.0.0.1');
  assert.equal((await promisify(lookup)('localhost', { family: 4 })).address, '127.0.0.1');
  await assert.rejects(promised.lookup('example.org'), refused);
  await assert.rejects(promisify(dns.lookup)('example.org'), refused);
});

test('name servers are not asked', async () => {
  assert.throws(() => resolve4('example.org', () => undefined), refused);
  await assert.rejects(async () => promised.resolve4('example.org'), refused);
});
