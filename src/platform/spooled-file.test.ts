import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readableFile } from './spooled-file.ts';

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test('standard input becomes a private file that is gone afterwards', async () => {
  let path = '';
  {
    await using input = await readableFile('-', pieces('one ', 'two'));
    path = input.path;

    assert.equal(input.name, 'stdin');
    assert.equal(await readFile(path, 'utf8'), 'one two');
    assert.equal((await stat(path)).mode & 0o077, 0);
    assert.equal((await stat(dirname(path))).mode & 0o077, 0);
  }
  assert.equal(existsSync(dirname(path)), false);
});

test('a pipe is copied so that it can be read twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  const fifo = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [fifo]);

  const [input] = await Promise.all([readableFile(fifo, pieces()), writeFile(fifo, 'through the pipe')]);

  assert.equal(input.name, fifo);
  assert.equal(await readFile(input.path, 'utf8'), 'through the pipe');
  assert.equal(await readFile(input.path, 'utf8'), 'through the pipe');
  await input[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('an ordinary file is left where it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  const path = join(folder, 'scan.json');
  await writeFile(path, '{}');
  {
    await using input = await readableFile(path, pieces());

    assert.equal(input.path, path);
  }
  assert.equal(existsSync(path), true);
  await rm(folder, { recursive: true });
});

test('more than the limit is refused and nothing is left behind', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  const usual = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  try {
    await assert.rejects(readableFile('-', pieces('12345', '6'), 5), /stdin gives more than 5 bytes/);
  } finally {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
  }

  assert.deepEqual(await readdir(temporary), []);
  await rm(temporary, { recursive: true });
});
