import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyedStatement } from '../domain/keyed.ts';
import { aDetail, anEntry } from './contract/statements.ts';
import { createPacker, createUnpacker } from './packed-statements.ts';

const ENTRIES: readonly (readonly [string, KeyedStatement])[] = [
  ['an ordinary entry', anEntry()],
  ['an entry with aliases', anEntry({ names: [['CVE-2024-1', 'GHSA-aaaa-bbbb-cccc']] })],
  ['an entry naming several defects', anEntry({ names: [['CVE-2024-1'], ['CVE-2024-2']] })],
  ['a rule', anEntry({ rules: ['tool:rule'] })],
  ['a resolved entry', anEntry({ life: { state: 'resolved', firstSeenAt: 1, resolvedAt: 5 } })],
  ['an entry first seen long ago', anEntry({ life: { state: 'open', firstSeenAt: 0 } })],
  ['runtime facts', anEntry({ assessment: { functionUsage: 'in-use', exploit: 'available' } })],
  ['a deadline, a score, a revision', anEntry({ dueAt: 0, score: 0, revision: 'r1' })],
  ['labels', anEntry({ labels: [{ kind: 'zone', id: '1', name: 'One' }] })],
  ['a fix and several occurrences', anEntry({ fix: { versions: ['2'] }, occurrences: [{}, {}, {}] })],
  ['what the source set aside', anEntry({ setAside: [{ kind: 'suppression', issuer: 'a', reason: 'b' }] })],
  ['words beyond Latin', anEntry({ about: { title: 'Überlauf 溢出 🐛' } })],
  ['details', aDetail({ key: 'S-1', about: { description: 'more' } })],
];

for (const [name, statement] of ENTRIES) {
  test(`${name}: unpacking gives what was packed`, () => {
    const packed = createPacker().pack([statement]);

    assert.deepEqual(plain(createUnpacker().unpack(packed)), plain([statement]));
  });
}

test('what many entries say alike travels once, and comes with each', () => {
  const packer = createPacker();
  const unpacker = createUnpacker();
  const about = { title: 'An overflow', description: 'x'.repeat(10_000) };
  const batch = [anEntry({ key: 'a', about }), anEntry({ key: 'b', about })];

  const first = packer.pack(batch);
  const second = packer.pack(batch);

  assert.ok(second.bytes.length < 2000, `the second batch has ${second.bytes.length} bytes`);
  assert.deepEqual(plain(unpacker.unpack(first)), plain(batch));
  assert.deepEqual(plain(unpacker.unpack(second)), plain(batch));
});

test('a packer that has forgotten says everything again, and the unpacker follows', () => {
  const packer = createPacker();
  const unpacker = createUnpacker();
  const batches = Array.from({ length: 60 }, (_, n) => [
    anEntry({ about: { description: `${n % 50} ${'x'.repeat(100_000)}` } }),
  ]);

  for (const batch of batches) {
    assert.deepEqual(plain(unpacker.unpack(packer.pack(batch))), plain(batch));
  }
});

test('a batch out of order is refused rather than told with the wrong words', () => {
  const packer = createPacker();
  packer.pack([anEntry()]);
  const second = packer.pack([anEntry()]);

  assert.throws(() => createUnpacker().unpack(second), /out of order/);
});

/** Absent and undefined are the same. */
function plain(statements: readonly KeyedStatement[]): unknown {
  return JSON.parse(JSON.stringify(statements));
}
