import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialLine } from '../../../test/support/trial-line.ts';

const POLICY = 'name: shop\npreset: strict\nrules: { kev: block, severity: warn }\nenforce: false\n';

async function explained(...args: readonly string[]) {
  await using line = await trialLine({ 'p.yaml': POLICY });
  return await line.run(['policy', 'explain', ...args]);
}

test('a policy is explained in sentences, and what differs from its preset', async () => {
  const { exitCode, stdout } = await explained('p.yaml');

  assert.equal(exitCode, 0);
  assert.match(stdout, /^Policy shop\n {2}It begins with the preset strict\.\n/);
  assert.match(stdout, /NOT ENFORCED/);
  assert.match(
    stdout,
    /\nWarns when\n {2}severity: the severity is at or above a level \[atOrAbove: high\]\n/,
  );
  assert.match(stdout, /\n {2}kev: block, where the preset has off \(stricter\)\n/);
  assert.match(stdout, /\n {2}enforce: false, where the preset has true \(looser\)\n/);
});

test('without a name it is the policy of the configuration', async () => {
  await using line = await trialLine({ 'gatehouse.yaml': 'policy: development\n' });

  const { stdout } = await line.run(['policy', 'explain', '--json']);

  const { policy, sections } = JSON.parse(stdout);
  assert.equal(policy, 'development');
  assert.equal(sections[0].title, 'Policy development');
});

test('another policy is told by what it does differently, stricter first', async () => {
  const { stdout } = await explained('strict', '--against', 'p.yaml');

  assert.equal(
    stdout,
    `shop is stricter than strict
  kev: block, where strict has off

shop is looser than strict
  severity: warn [atOrAbove: high], where strict has block [atOrAbove: high]
  enforce: false, where strict has true
`,
  );
});

test('machines read each difference with its direction, and none where they judge alike', async () => {
  const { stdout } = await explained('strict', '--against', 'p.yaml', '--json');
  const alike = await explained('strict', '--against', 'strict', '--json');

  assert.deepEqual(JSON.parse(stdout).differences[1], {
    of: 'kev',
    direction: 'stricter',
    mine: 'off',
    theirs: 'block',
  });
  assert.deepEqual(JSON.parse(alike.stdout), { policy: 'strict', against: 'strict', differences: [] });
  assert.equal((await explained('strict', '--against', 'strict')).stdout, 'They judge alike\n');
});

test('a rule says what it asks and what it can be told', async () => {
  const { stdout } = await explained('--rule', 'past-sla');
  const json = await explained('--rule', 'past-sla', '--json');

  assert.match(
    stdout,
    /^Rule past-sla\n {2}It should have been fixed by now: .*\n {2}days: .*fewer days are stricter\n/,
  );
  assert.equal(JSON.parse(json.stdout).rule, 'past-sla');
});

test('a rule is the same in every policy: to name both is refused', async () => {
  const { exitCode, message } = await explained('p.yaml', '--rule', 'kev');

  assert.equal(exitCode, undefined);
  assert.match(message, /leave out p\.yaml, or leave out --rule/);
});
