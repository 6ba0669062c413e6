import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanFileOf } from '../../test/support/scan-files.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { fromJsonStart, jsonInText } from './json-in-text.ts';

async function read(text: string | Uint8Array, chunkBytes?: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of jsonInText(scanFileOf(text, chunkBytes).open())) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const JSON_TEXT = '{"a": ["}\\"{", {"b": "é"}]}';

test('the document is found between lines of text, however it comes', async () => {
  const text = `+====+\n DEPRECATED: [this] {is} it\n[notice] new\n\n${JSON_TEXT}\n\n+====+\n`;

  for (const chunkBytes of [1, 3, 65_536]) assert.equal(await read(text, chunkBytes), JSON_TEXT);
  assert.ok(fromJsonStart(text).startsWith(JSON_TEXT));
});

test('a document on its own is all of it, with a byte order mark and in UTF-16 too', async () => {
  assert.equal(await read(JSON_TEXT), JSON_TEXT);
  assert.equal(await read(Buffer.from(`\uFEFF${JSON_TEXT}`, 'utf16le')), JSON_TEXT);
  assert.equal(await read('[]'), '[]');
});

test('a document that ends too early is given as far as it goes', async () => {
  assert.equal(await read('text\n{"a": ['), '{"a": [');
});

test('text without a document, and a second document, are refused', async () => {
  for (const text of ['', 'text', '7', `${JSON_TEXT}\n${JSON_TEXT}`, '{}]', 'x'.repeat(100_000)]) {
    await assert.rejects(
      read(text),
      (error) => isGatehouseError(error) && error.code === 'input-invalid',
      text.slice(0, 50),
    );
  }
  assert.equal(fromJsonStart('text'), '');
});
