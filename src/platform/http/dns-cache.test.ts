import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from '../../../test/support/virtual-clock.ts';
import { createGuardedLookup, type ResolvedAddress } from './dns-cache.ts';

function aLookup(answers: (string[] | Error)[], allowPrivate = false) {
  const clock = createVirtualClock();
  const asked: string[] = [];
  const lookup = createGuardedLookup({
    ttlMs: 300_000,
    allowPrivate,
    clock,
    async resolve(hostname) {
      const answer = answers[Math.min(asked.length, answers.length - 1)]!;
      asked.push(hostname);
      if (answer instanceof Error) throw answer;
      return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  });
  const find = (family?: 4 | 6) =>
    new Promise<readonly ResolvedAddress[]>((resolve, reject) =>
      lookup('host.example', { all: true, ...(family && { family }) }, (error, found) => {
        if (error) reject(error);
        else resolve(typeof found === 'string' ? [] : found);
      }),
    );
  return { clock, asked, find, lookup };
}

test('a name is resolved once in 300 seconds', async () => {
  const { clock, asked, find } = aLookup([['1.1.1.1'], ['2.2.2.2']]);
  await find();
  await clock.advance(299_999);
  const before = await find();

  await clock.advance(1);
  const after = await find();

  assert.deepEqual([before[0]?.address, after[0]?.address, asked.length], ['1.1.1.1', '2.2.2.2', 2]);
});

test('callers at the same time share one question', async () => {
  const { asked, find } = aLookup([['1.1.1.1']]);

  await Promise.all([find(), find(), find()]);

  assert.equal(asked.length, 1);
});

test('a failure is not remembered', async () => {
  const { find } = aLookup([new Error('no answer'), ['1.1.1.1']]);

  await assert.rejects(find(), /no answer/);

  assert.equal((await find())[0]?.address, '1.1.1.1');
});

test('a name that leads to a private address is refused, and only its public addresses are used', async () => {
  await assert.rejects(aLookup([['10.0.0.1']]).find(), /10\.0\.0\.1.*allowPrivate/);

  assert.deepEqual(
    (await aLookup([['10.0.0.1', '1.1.1.1']]).find()).map((one) => one.address),
    ['1.1.1.1'],
  );
});

test('a name that changes its mind to the metadata address is refused even where private is allowed', async () => {
  const { clock, find } = aLookup([['10.0.0.1'], ['169.254.169.254']], true);
  await find();
  await clock.advance(300_000);

  await assert.rejects(find(), /169\.254\.169\.254/);
});

test('one family may be asked for, and none of it is an error like that of the system', async () => {
  const { find } = aLookup([['1.1.1.1', '2606:4700::1111']]);

  assert.deepEqual(
    (await find(6)).map((one) => one.address),
    ['2606:4700::1111'],
  );
  await assert.rejects(aLookup([['1.1.1.1']]).find(6), { code: 'ENOTFOUND' });
});
