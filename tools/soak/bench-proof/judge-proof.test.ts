import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeProof } from './judge-proof.ts';

const printed = (...figures: { name: string; ok: boolean }[]) =>
  `watching\n${JSON.stringify({ bench: 'a', figures })}\n`;

test('a bench that misses a figure when slowed down is proved, and says which held', () => {
  const stdout = printed({ name: 'time', ok: false }, { name: 'lost', ok: true });

  assert.deepEqual(judgeProof({ code: 1, stdout, stderr: '' }), {
    isProved: true,
    told: 'missed time (held: lost)',
  });
});

test('a bench that passes when slowed down is not proved', () => {
  assert.equal(
    judgeProof({ code: 0, stdout: printed({ name: 'time', ok: true }), stderr: '' }).isProved,
    false,
  );
});

test('a bench that breaks down proves nothing', () => {
  const proof = judgeProof({ code: 2, stdout: '', stderr: 'Error: no emulator' });

  assert.deepEqual(proof, { isProved: false, told: 'broke down (2): Error: no emulator' });
});

test('a bench that fails without a figure that missed proves nothing', () => {
  assert.equal(
    judgeProof({ code: 1, stdout: printed({ name: 'time', ok: true }), stderr: '' }).isProved,
    false,
  );
  assert.equal(judgeProof({ code: 1, stdout: 'Error\n', stderr: '' }).isProved, false);
});
