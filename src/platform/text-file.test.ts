import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeFolder } from '../../test/support/cli.ts';
import { pipeBytes } from './named-pipe.ts';
import { readTextFile } from './text-file.ts';

const read = (path: string, maxBytes?: number) => readTextFile(path, { code: 'config-invalid', maxBytes });

test('a text is given without its byte order mark', async () => {
  await using folder = await makeFolder();
  await writeFile(folder.file('a'), '\ufeffmode: strict\n');

  assert.equal(await read(folder.file('a')), 'mode: strict\n');
});

const wrong: readonly (readonly [what: string, make: (path: string) => Promise<unknown>, says: RegExp])[] = [
  ['that is not there', async () => undefined, /a: cannot be read: there is no such file$/],
  ['that is a folder', (path) => mkdir(path), /a is a folder; name a file in it$/],
  [
    'whose links lead in a circle',
    (path) => symlink(path, path),
    /a: cannot be read: its links lead in a circle$/,
  ],
  ['with a zero in it', (path) => writeFile(path, 'a\0b'), /a holds binary data/],
  [
    'in another encoding',
    (path) => writeFile(path, Buffer.from('a: 1\nb: \xe4\n', 'latin1')),
    /a is not valid UTF-8 \(line 2\); save it as UTF-8$/,
  ],
  ['that is too large', (path) => truncate(path, 2000), /a is larger than 1000 bytes/],
];
for (const [what, make, says] of wrong) {
  test(`a file ${what} is refused by name`, async () => {
    await using folder = await makeFolder();
    if (what === 'that is too large') await writeFile(folder.file('a'), '');
    await make(folder.file('a'));

    await assert.rejects(read(folder.file('a'), 1000), { code: 'config-invalid', message: says });
  });
}

test('a device without an end is left after the limit', async () => {
  await assert.rejects(read('/dev/zero', 100_000), /\/dev\/zero is larger than 100000 bytes/);
});

async function pipeIn(folder: { file(name: string): string }): Promise<string> {
  execFileSync('sh', ['-c', 'mkfifo "$0"', folder.file('pipe')]);
  return folder.file('pipe');
}

test('a pipe that nobody writes into is refused after a moment', async () => {
  await using folder = await makeFolder();
  const path = await pipeIn(folder);

  await assert.rejects(pipeBytes(path, 60).next(), {
    code: 'input-invalid',
    message: /pipe is a pipe that nobody writes into.*name it -$/,
  });
});

test('a pipe is read to the end of its writer, and a second reader is told the same', async () => {
  await using folder = await makeFolder();
  const path = await pipeIn(folder);
  const writer = spawn('sh', ['-c', 'sleep 0.1; exec > "$0"; printf one; sleep 0.2; printf " two"', path]);

  const [first] = await Promise.all([read(path), once(writer, 'close')]);

  assert.equal(first, 'one two');
  assert.equal(await read(path), 'one two');
});

test('a pipe gives all of a large text', async () => {
  await using folder = await makeFolder();
  const path = await pipeIn(folder);
  const writer = spawn('sh', ['-c', 'head -c 3000000 /dev/zero > "$0"', path]);

  let length = 0;
  for await (const chunk of pipeBytes(path)) length += chunk.length;
  if (writer.exitCode === null) await once(writer, 'close');

  assert.equal(length, 3_000_000);
});
