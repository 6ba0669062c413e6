import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { isGatehouseError } from '../domain/errors.ts';
import { resolveSecret, Secret } from './secret.ts';

const WORD = 'dt0c01.SAMPLE.PRIVATE';

test('a secret prints stars however it is printed', () => {
  const secret = new Secret(WORD);
  const holder = { token: secret, list: [secret] };

  const printed = [
    `${secret}`,
    String(secret),
    JSON.stringify(holder),
    inspect(holder, { showHidden: true, depth: 9 }),
    format('%s %o %j', secret, holder, holder),
    Object.values(secret).join(),
    `a${secret}b`,
  ];

  for (const text of printed) assert.ok(!text.includes('SAMPLE'), text);
  assert.equal(`${secret}`, '***');
  assert.equal(secret.reveal(), WORD);
});

test('a reference to the environment is read from the environment that is handed in', async () => {
  const secret = await resolveSecret({ env: 'TOKEN' }, { TOKEN: ` ${WORD}\n` });

  assert.equal(secret.reveal(), WORD);
});

test('a reference to a file is read anew each time, without its last newline', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-secret-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'token');
  await writeFile(file, 'first\n');
  const before = await resolveSecret({ file }, {});

  await writeFile(file, 'second\n');
  const after = await resolveSecret({ file }, {});

  assert.deepEqual([before.reveal(), after.reveal()], ['first', 'second']);
});

const refused: [string, Parameters<typeof resolveSecret>[0], RegExp][] = [
  ['an unset variable', { env: 'MISSING' }, /MISSING is not set/],
  ['an empty variable', { env: 'EMPTY' }, /EMPTY is not set or empty/],
  ['a missing file', { file: '/nowhere/token' }, /\/nowhere\/token: cannot be read: there is no such file/],
  ['an empty value', { value: ' ' }, /value is empty/],
  ['no reference', {}, /exactly one/],
  ['two references', { env: 'A', value: WORD }, /exactly one/],
];

for (const [what, reference, message] of refused) {
  test(`${what} is a configuration error that says what to do and not the secret`, async () => {
    const error = await resolveSecret(reference, { EMPTY: '', A: WORD }).catch((caught) => caught);

    assert.ok(isGatehouseError(error));
    assert.equal(error.code, 'config-invalid');
    assert.match(error.message, message);
    assert.ok(!error.message.includes(WORD));
  });
}
