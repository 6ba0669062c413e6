import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JUDGED_AT, type JudgedStore, judgedStore } from '../../test/support/judged-store.ts';
import type { WaiverEvent } from '../domain/waiver-history.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { requestWaiver, waiversInForce } from './waivers.ts';

const DAY_MS = 86_400_000;
const CRITICAL = [{ id: 'CVE-2024-1001', severity: 'CRITICAL' }];

const said = (kind: 'approved' | 'revoked', by: string, validAt: number): WaiverEvent => ({
  kind,
  by,
  reason: 'reviewed',
  validAt,
});

/** One critical finding, and a waiver of ann's for it that ends in ten days. */
async function withRequest(): Promise<JudgedStore & { readonly id: string }> {
  const judged = await judgedStore(CRITICAL);
  const id = await requestWaiver(
    judged.store.writer,
    {
      kind: 'requested',
      vulnerability: 'CVE-2024-1001',
      by: 'ann',
      reason: 'not reachable',
      validAt: JUDGED_AT,
      until: JUDGED_AT + 10 * DAY_MS,
    },
    { now: JUDGED_AT, maxDays: 30, id: undefined, taken: [] },
  );
  return { ...judged, id };
}

describe('the gate over waivers of the store', () => {
  test('honours what is approved, names who approved it, and stops at its end', async () => {
    await using judged = await withRequest();
    const { writer, reader } = judged.store;
    const judge = async (now: number) =>
      await judged.judge({ now, waivers: await waiversInForce(reader, now) });

    const requested = await judge(JUDGED_AT);
    await writer.recordWaiver(
      { waiver: judged.id, event: said('approved', 'bob', JUDGED_AT + 1) },
      JUDGED_AT,
    );
    const approved = await judge(JUDGED_AT + 1);
    const lastWeek = await judge(JUDGED_AT + 4 * DAY_MS);
    const ended = await judge(JUDGED_AT + 10 * DAY_MS);

    assert.deepEqual(
      [requested, approved, lastWeek, ended].map(({ verdict }) => verdict),
      ['NO-GO', 'GO', 'GO', 'NO-GO'],
    );
    assert.deepEqual(
      approved.setAside.map(({ kind, issuer, reason, honoured }) => [kind, issuer, reason, honoured]),
      [['waiver', 'bob', 'not reachable', true]],
    );
    const warning = ({ reasons }: typeof ended) =>
      reasons.filter(({ rule }) => rule === 'set-aside').map(({ message }) => message);
    assert.deepEqual(warning(approved), []);
    assert.match(warning(lastWeek)[0] ?? '', /less than 7 more days: waiver by bob/);
    assert.match(warning(ended)[0] ?? '', /no longer waived/);
  });

  test('counts what was revoked again, at once', async () => {
    await using judged = await withRequest();
    const { writer, reader } = judged.store;
    await writer.recordWaiver({ waiver: judged.id, event: said('approved', 'bob', JUDGED_AT) }, JUDGED_AT);
    await writer.recordWaiver({ waiver: judged.id, event: said('revoked', 'cid', JUDGED_AT + 5) }, JUDGED_AT);
    const judge = async (now: number) =>
      (await judged.judge({ now, waivers: await waiversInForce(reader, now) })).verdict;

    assert.deepEqual([await judge(JUDGED_AT + 4), await judge(JUDGED_AT + 5)], ['GO', 'NO-GO']);
  });

  test('honours the approval of those alone whom the policy names', async () => {
    await using judged = await withRequest();
    const { writer, reader } = judged.store;
    await writer.recordWaiver({ waiver: judged.id, event: said('approved', 'bob', JUDGED_AT) }, JUDGED_AT);
    const waivers = await waiversInForce(reader, JUDGED_AT);
    const judge = async (issuer: string) =>
      (
        await judged.judge({
          waivers,
          policy: readPolicy({ honour: [{ kind: 'waiver', issuers: [issuer] }] }),
        })
      ).verdict;

    // Whoever asks has no say in it.
    assert.deepEqual([await judge('bob'), await judge('ann')], ['GO', 'NO-GO']);
  });

  test('takes a waiver of a file instead of the one with its id', async () => {
    await using judged = await withRequest();
    const { writer, reader } = judged.store;
    await writer.recordWaiver({ waiver: judged.id, event: said('approved', 'bob', JUDGED_AT) }, JUDGED_AT);
    const inFile = {
      id: judged.id,
      vulnerability: 'CVE-2024-1001',
      by: 'dee',
      reason: 'x',
      until: JUDGED_AT - 1,
    };

    assert.deepEqual(await waiversInForce(reader, JUDGED_AT, [inFile]), []);
  });
});
