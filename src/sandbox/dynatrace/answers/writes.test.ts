/** Muting, unmuting and tracking links. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpen } from '../data/model.ts';
import { at, estate, query, rows, startTrial } from '../trial.ts';

const data = estate.certification;
const openProblem = data.problems.find(
  (one) => isOpen(one) && one.type === 'THIRD_PARTY' && one.functions.length > 0 && one.processes.length > 1,
)!;

test('muting one problem answers 200 and once more 204, and is written down', async (t) => {
  const { call } = await startTrial(t);
  const path = `/securityProblems/${openProblem.id}`;
  const post = (verb: string, body: unknown) => call(`${path}/${verb}`, { method: 'POST', body });

  const statuses = [
    (await post('mute', { reason: 'FALSE_POSITIVE', comment: 'looked at' })).status,
    (await post('mute', { reason: 'FALSE_POSITIVE' })).status,
  ];
  const muted = (await call(`${path}${query({ fields: '+events' })}`)).body;
  const after = [
    (await post('unmute', { reason: 'AFFECTED' })).status,
    (await post('unmute', { reason: 'AFFECTED' })).status,
  ];

  assert.deepEqual(statuses, [200, 204]);
  assert.equal(at(muted, 'muted'), true);
  assert.equal(at(muted, 'events', 0, 'reason'), 'SECURITY_PROBLEM_MUTED');
  assert.equal(at(muted, 'events', 0, 'muteState', 'comment'), 'looked at');
  assert.deepEqual(after, [200, 204]);
});

for (const [what, body] of [
  ['a reason that does not exist', { reason: 'BECAUSE' }],
  ['the reason of unmuting', { reason: 'AFFECTED' }],
  ['a comment over 250 characters', { reason: 'IGNORE', comment: 'x'.repeat(251) }],
  ['no reason', {}],
] as const)
  test(`muting with ${what} is 400`, async (t) => {
    const { call } = await startTrial(t);

    const { status, body: answer } = await call(`/securityProblems/${openProblem.id}/mute`, {
      method: 'POST',
      body,
    });

    assert.equal(status, 400);
    assert.equal(at(answer, 'error', 'constraintViolations', 0, 'parameterLocation'), 'PAYLOAD_BODY');
  });

test('muting many answers with a summary, at most 1000, all of them known', async (t) => {
  const { call } = await startTrial(t);
  const [first, second] = data.problems.filter((one) => isOpen(one) && one.mute === undefined);
  const mute = (securityProblemIds: string[]) =>
    call('/securityProblems/mute', { method: 'POST', body: { reason: 'OTHER', securityProblemIds } });

  await mute([first!.id]);
  const { body, status } = await mute([first!.id, second!.id]);

  assert.equal(status, 200);
  assert.deepEqual(at(body, 'summary'), [
    { securityProblemId: first!.id, muteStateChangeTriggered: false, reason: 'ALREADY_MUTED' },
    { securityProblemId: second!.id, muteStateChangeTriggered: true },
  ]);
  assert.equal((await mute(['42'])).status, 404);
  assert.equal((await mute(Array.from({ length: 1001 }, () => first!.id))).status, 400);
});

test('remediation items can be muted one by one, in bulk, and linked to a tracker', async (t) => {
  const { call } = await startTrial(t);
  const path = `/securityProblems/${openProblem.id}/remediationItems`;
  const item = String(at((await call(path)).body, 'remediationItems', 0, 'id'));
  const put = (muted: boolean, reason: string) =>
    call(`${path}/${item}/muteState`, { method: 'PUT', body: { muted, reason, comment: '' } });

  const single = [(await put(true, 'IGNORE')).status, (await put(true, 'IGNORE')).status];
  const bulk = await call(`${path}/unmute`, {
    method: 'POST',
    body: { reason: 'AFFECTED', remediationItemIds: [item, 'PROCESS_GROUP-X'] },
  });
  const linked = await call(`${path}/trackingLinks`, {
    method: 'POST',
    body: { updates: { [item]: { displayName: 'SEC-1', url: 'https://tracker.example.invalid/SEC-1' } } },
  });
  const read = await call(`${path}/${item}`);

  assert.deepEqual(single, [200, 204]);
  assert.deepEqual(
    rows(bulk.body, 'summary').map((one) => at(one, 'reason') ?? null),
    [null, 'REMEDIATION_ITEM_NOT_AFFECTED_BY_GIVEN_SECURITY_PROBLEM'],
  );
  assert.equal(linked.status, 204);
  assert.equal(at(read.body, 'trackingLink', 'displayName'), 'SEC-1');
  assert.equal(at(read.body, 'muteState', 'muted'), false);
});

test('a payload that is not JSON is 400, one over 1 MB is 413', async (t) => {
  const { emulator } = await startTrial(t);
  const post = (body: string) =>
    fetch(`${emulator.url}/api/v2/securityProblems/mute`, {
      method: 'POST',
      body,
      headers: { authorization: `Api-Token ${emulator.token}` },
    });

  assert.equal((await post('{')).status, 400);
  assert.equal((await post(`"${'x'.repeat(1_000_001)}"`)).status, 413);
});
