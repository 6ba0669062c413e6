import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isGatehouseError } from '../domain/errors.ts';
import { type FileBytesLimits, openBytes, readHead } from './file-bytes.ts';

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
});

after(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function contentOf(path: string, limits?: Partial<FileBytesLimits>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openBytes(path, limits)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function refusalOf(path: string, limits?: Partial<FileBytesLimits>): Promise<string> {
  try {
    await contentOf(path, limits);
  } catch (error) {
    assert.ok(isGatehouseError(error), String(error));
    assert.ok(error.message.startsWith(path), error.message);
    assert.equal(error.facts.path, path);
    return `${error.code}: ${error.message.slice(path.length).trim()}`;
  }
  return assert.fail(`read ${path}`);
}

const text = Buffer.from(Array.from({ length: 90_000 }, (_, n) => `line ${n * n}\n`).join(''));

describe('reading a file', () => {
  test('gives its bytes in bounded chunks', async () => {
    const path = await file('plain.json', text);

    assert.deepEqual(await contentOf(path), text);
    for await (const chunk of openBytes(path)) assert.ok(chunk.length <= 256 * 1024);
  });

  test('unpacks gzip whatever the file is called, also of several members', async () => {
    const one = await file('packed.json', gzipSync(text));
    const two = await file('two.gz', Buffer.concat([gzipSync('first '), gzipSync('second')]));

    assert.deepEqual(await contentOf(one), text);
    assert.equal((await contentOf(two)).toString(), 'first second');
  });

  test('gives the head of a file, unpacked, and all of a short one', async () => {
    const packed = await file('head.gz', gzipSync(text));
    const short = await file('short', 'abc');

    assert.deepEqual(await readHead(packed, 1000), text.subarray(0, 1000));
    assert.equal((await readHead(short, 1000)).toString(), 'abc');
    assert.equal((await readHead(await file('nothing', ''), 1000)).length, 0);
  });

  test('stopping early leaves no file open', async () => {
    const path = await file('early.gz', gzipSync(text));
    const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    if (process.platform !== 'linux') return;
    const before = await open();

    for (let n = 0; n < 20; n++) await readHead(path, 10);

    assert.ok((await open()) <= before + 2);
  });
});

describe('files that cannot be read are refused by name', () => {
  test('a missing file', async () => {
    assert.equal(await refusalOf(join(folder, 'missing')), 'not-found: is not there; check the path');
  });

  test('a folder, and a path through a file', async () => {
    const path = join(folder, 'folder');
    await mkdir(path);

    assert.equal(await refusalOf(path), 'input-invalid: is a folder; name a file in it');
    assert.match(await refusalOf(join(await file('leaf', ''), 'below')), /^not-found/);
  });

  test('a socket', async () => {
    const path = join(folder, 's');
    const server = createServer().listen(path);
    await once(server, 'listening');

    assert.equal(await refusalOf(path), 'input-invalid: is not a regular file');
    server.close();
  });

  test('one without permission', async (context) => {
    const path = await file('secret', 'x');
    await chmod(path, 0);
    if (process.getuid?.() === 0)
      return context.diagnostic('root may read every file: only others are refused');

    assert.match(await refusalOf(path), /may not be read/);
  });

  test('other archives', async () => {
    assert.match(
      await refusalOf(await file('a.zip', Buffer.from('PK\x03\x04....'))),
      /is a zip archive; unpack/,
    );
  });

  test('gzip that is cut off or damaged', async () => {
    const packed = gzipSync(text);
    const damaged = Buffer.from(packed);
    damaged.fill(0x55, packed.length >> 1, (packed.length >> 1) + 50);

    for (const bytes of [packed.subarray(0, -9), packed.subarray(0, 5), damaged]) {
      assert.equal(await refusalOf(await file('bad.gz', bytes)), 'input-invalid: is damaged or cut-off gzip');
    }
  });

  test('a gzip bomb is given up early', async () => {
    const path = await file('bomb.gz', gzipSync(Buffer.alloc(20_000_000)));
    let given = 0;

    await assert.rejects(async () => {
      for await (const chunk of openBytes(path, { ratioFromBytes: 1_000_000 })) given += chunk.length;
    }, /unpacks to more than 300 times its size/);
    assert.ok(given < 12_000_000, `${given} bytes were given`);
  });

  test('more than the limit, unpacked', async () => {
    const path = await file('large.gz', gzipSync(text));

    await contentOf(path, { maxBytes: text.length });
    assert.match(await refusalOf(path, { maxBytes: text.length - 1 }), /holds more than/);
  });
});
