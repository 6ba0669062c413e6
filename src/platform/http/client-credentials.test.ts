import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from '../../../test/support/virtual-clock.ts';
import { Secret } from '../secret.ts';
import { createHttpClient } from './client.ts';
import { type ClientCredentialsOptions, clientCredentials, createTokenStore } from './client-credentials.ts';
import type { Outgoing } from './wire.ts';

const signal = new AbortController().signal;

function anEndpoint(
  answer: (count: number) => unknown = (count) => ({ access_token: `vat_${count}`, expires_in: 3600 }),
) {
  const clock = createVirtualClock();
  const sent: Outgoing[] = [];
  const http = createHttpClient({
    name: 'vanta token',
    baseUrl: 'https://api.example.com',
    clock,
    transport: {
      async send(outgoing) {
        sent.push(outgoing);
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer(sent.length))) };
      },
      close: async () => undefined,
    },
  });
  const credential = (overrides: Partial<ClientCredentialsOptions> = {}) =>
    clientCredentials({
      name: 'vanta',
      http,
      path: '/oauth/token',
      clientId: async () => new Secret('id'),
      clientSecret: async () => new Secret('word'),
      clock,
      ...overrides,
    });
  return { clock, sent, credential };
}

test('the parameters are sent as a form, or as JSON where the vendor wants it', async () => {
  const { sent, credential } = anEndpoint();

  await credential({ scope: 'a:read b:read' }).sign({ signal });
  await credential({ format: 'json' }).sign({ signal });

  assert.equal(sent[0]?.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.equal(
    sent[0]?.body,
    'grant_type=client_credentials&client_id=id&client_secret=word&scope=a%3Aread+b%3Aread',
  );
  assert.deepEqual(JSON.parse(String(sent[1]?.body)), {
    grant_type: 'client_credentials',
    client_id: 'id',
    client_secret: 'word',
  });
});

test('two clients that share a store share one token', async () => {
  const { sent, credential } = anEndpoint();
  const store = createTokenStore();

  const signed = await Promise.all([
    credential({ store }).sign({ signal }),
    credential({ store }).sign({ signal }),
  ]);

  assert.equal(sent.length, 1);
  assert.deepEqual(signed[0].headers, signed[1].headers);
});

test('after a 401 a token that somebody else renewed is taken before a new one is minted', async () => {
  const { sent, credential } = anEndpoint();
  const store = createTokenStore();
  const [one, two] = [credential({ store }), credential({ store })];
  const { headers: rejected } = await one.sign({ signal });

  const renewed = await Promise.all([one.sign({ signal, rejected }), two.sign({ signal, rejected })]);

  assert.equal(sent.length, 2);
  for (const { headers } of renewed) assert.deepEqual(headers, { authorization: 'Bearer vat_2' });
});

test('a token in its last minute is not used', async () => {
  const { clock, sent, credential } = anEndpoint();
  const minting = credential();
  const { staleAt } = await minting.sign({ signal });
  await clock.advance(3_540_000);

  await minting.sign({ signal });

  assert.equal(sent.length, 2);
  assert.equal(staleAt, 1_700_000_000_000 + 3_540_000);
});

test('an answer without a token is an error, and the next caller asks again', async () => {
  const { credential } = anEndpoint((count) => (count === 1 ? { error: 'x' } : { access_token: 't' }));
  const minting = credential();

  await assert.rejects(minting.sign({ signal }), {
    code: 'unauthenticated',
    message: /without access_token/,
  });

  assert.deepEqual((await minting.sign({ signal })).headers, { authorization: 'Bearer t' });
});
