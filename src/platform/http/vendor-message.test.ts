import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vendorMessage } from './vendor-message.ts';

const said = (body: unknown) =>
  vendorMessage({
    status: 400,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });

test('the shapes of vendors are understood', () => {
  const violations = [{ path: 'pageSize', message: 'too big', parameterLocation: 'QUERY' }];

  assert.equal(
    said({ error: { code: 400, message: 'Constraints', constraintViolations: violations } }),
    'Constraints; pageSize: too big',
  );
  assert.equal(said({ error: 'invalid_scope', error_description: 'no such scope' }), 'no such scope');
  assert.equal(said({ error: 'invalid_client' }), 'invalid_client');
  assert.equal(said({ message: 'Not here' }), 'Not here');
  assert.equal(said({ errors: [{ message: 'first' }, { message: 'second' }] }), 'first');
  assert.equal(said({ errors: ['plain'] }), 'plain');
  assert.equal(said({ title: 'Bad', detail: 'really bad' }), 'really bad');
});

test('what says nothing gives nothing', () => {
  for (const body of ['', '<html>', 'null', '[]', '5', '{"message":""}', '{"__proto__":{"message":"x"}}']) {
    assert.equal(said(body), undefined, body);
  }
});

test('a message is one line and not a novel', () => {
  const line = said({ message: `a\n\u001b[31mb ${'x'.repeat(1000)}` });

  assert.match(line ?? '', /^a \[31mb x+…$/);
  assert.equal(line?.length, 301);
});
