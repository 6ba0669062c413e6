/** Reads damaged scans as an import does: each is read or refused, in a time that fits its size, and never anything else. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isGatehouseError } from '../../src/domain/errors.ts';
import type { Format } from '../../src/formats/format.ts';
import { SCAN_HEAD_BYTES, scanHead } from '../../src/formats/scan-head.ts';
import { createNormaliser } from '../../src/normalise/normaliser.ts';
import { mangled } from './mangled.ts';
import { readScan, scanFileOf } from './scan-files.ts';

const ASSET = { kind: 'file', name: 'scan' } as const;
/** A second for each megabyte, and what a busy machine takes for the smallest. */
const LONGEST_MS = 1000;

export interface Fuzzed {
  readonly read: number;
  readonly refused: number;
}

export async function fuzzFormat(
  format: Format,
  folder: URL,
  inputs: number,
  firstSeed: number,
): Promise<Fuzzed> {
  const originals = readdirSync(folder)
    .filter((name) => name !== 'expected.json')
    .map((name) => readFileSync(new URL(name, folder)));
  assert.ok(originals.length > 0, `${format.kind} has no fixtures`);
  let [read, refused] = [0, 0];
  for (let n = 0; n < inputs; n++) {
    const original = originals[n % originals.length] ?? Buffer.alloc(0);
    const { bytes, how } = mangled(original, firstSeed + n);
    const startedAt = performance.now();
    try {
      await readAll(format, bytes);
      read += 1;
    } catch (error) {
      if (!isGatehouseError(error) || error.code !== 'input-invalid') {
        throw new Error(`${format.kind}, ${how}: ${String(error)}`, { cause: error });
      }
      assert.ok(
        error.message.length > 0 && error.message.length < 2000,
        `${format.kind}, ${how}: ${error.message.length}`,
      );
      refused += 1;
    }
    const took = performance.now() - startedAt;
    assert.ok(took < LONGEST_MS * (1 + bytes.length / 1e6), `${format.kind}, ${how}: ${took} ms`);
  }
  assert.equal(Object.keys(Object.prototype).length, 0, 'a prototype was reached');
  return { read, refused };
}

async function readAll(format: Format, bytes: Buffer): Promise<void> {
  format.detect(scanHead('scan', bytes.subarray(0, SCAN_HEAD_BYTES)));
  const normaliser = createNormaliser();
  const { observations, rejected } = await readScan(format, scanFileOf(bytes));
  for (const observation of observations) {
    try {
      normaliser.observation(observation, { asset: ASSET });
    } catch (error) {
      if (!isGatehouseError(error) || error.code !== 'input-invalid') throw error;
    }
  }
  for (const { at, reason } of rejected) assert.ok(at !== '' && reason !== '');
}
