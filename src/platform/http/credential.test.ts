import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from '../../../test/support/virtual-clock.ts';
import { Secret } from '../secret.ts';
import { type Credential, createSigner, tokenCredential } from './credential.ts';

function aSigner(credential: Credential | undefined) {
  const clock = createVirtualClock();
  return { clock, signer: createSigner({ name: 'vanta', credential, clock, timeoutMs: 5000 }) };
}

function counting() {
  let asked = 0;
  const credential: Credential = {
    sign: async () => ({ headers: { authorization: `Bearer token-${++asked}` } }),
  };
  return { credential, asked: () => asked };
}

test('a token is put into its header with its prefix', async () => {
  const token = async () => new Secret('dt0c01.X');

  const { headers } = await tokenCredential({ prefix: 'Api-Token ', token }).sign({
    signal: new AbortController().signal,
  });

  assert.deepEqual(headers, { authorization: 'Api-Token dt0c01.X' });
});

test('many calls at once ask for one token', async () => {
  const { credential, asked } = counting();
  const { signer } = aSigner(credential);

  await Promise.all(Array.from({ length: 20 }, () => signer.sign()));

  assert.equal(asked(), 1);
});

test('many calls that were refused together renew once, and a late one takes the renewed token', async () => {
  const { credential, asked } = counting();
  const { signer } = aSigner(credential);
  const old = await signer.sign();

  await Promise.all(Array.from({ length: 20 }, () => signer.sign(old)));
  const late = await signer.sign(old);

  assert.equal(asked(), 2);
  assert.deepEqual(late, { authorization: 'Bearer token-2' });
});

test('a token is asked for anew when it becomes stale', async () => {
  const clock = createVirtualClock();
  let asked = 0;
  const credential: Credential = {
    sign: async () => ({ headers: { authorization: `${++asked}` }, staleAt: clock.now() + 1000 }),
  };
  const signer = createSigner({ name: 'vanta', credential, clock, timeoutMs: 5000 });
  await signer.sign();
  await clock.advance(999);
  await signer.sign();
  const before = asked;

  await clock.advance(1);
  await signer.sign();

  assert.deepEqual([before, asked], [1, 2]);
});

test('a failure to get a token is not remembered', async () => {
  let broken = true;
  const { signer } = aSigner({
    async sign() {
      if (broken) throw new Error('vault is away');
      return { headers: { authorization: 'x' } };
    },
  });
  await assert.rejects(signer.sign(), /vault is away/);

  broken = false;

  assert.deepEqual(await signer.sign(), { authorization: 'x' });
});

test('a token that never comes is an error that says so', async () => {
  const { signer, clock } = aSigner({ sign: () => new Promise(() => undefined) });

  await assert.rejects(clock.run(signer.sign()), {
    code: 'unauthenticated',
    message: /vanta: no token after 5000 ms/,
  });
});

test('without a credential nothing is signed', async () => {
  assert.deepEqual(await aSigner(undefined).signer.sign(), {});
});

test('the token is taken out of what others write, with and without its prefix', async () => {
  const { signer } = aSigner(counting().credential);
  await signer.sign();

  assert.equal(signer.redact('Token token-1 (Bearer token-1) is bad'), 'Token *** (***) is bad');
});

test('a piece of the token, cut by whoever quotes it, is taken out as well', async () => {
  const token = async () => new Secret('dt0c01.ABCDEFGHIJKL.MNOPQRSTUVWX');
  const { signer } = aSigner(tokenCredential({ prefix: 'Api-Token ', token }));
  await signer.sign();

  assert.equal(
    signer.redact('for Api-Token dt0c01.ABCDEFG, in GHIJKL.MNOP; ABCDEFG'),
    'for Api-Token ***, in ***; ABCDEFG',
  );
  assert.equal(signer.redact('RSTUVWX'), 'RSTUVWX');
});
