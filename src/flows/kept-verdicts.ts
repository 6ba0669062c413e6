/** Verdicts in the store, each with what it was decided from. */
import { GatehouseError } from '../domain/errors.ts';
import type { Verdict } from '../domain/verdict.ts';
import { packText, unpackText } from '../platform/packed-text.ts';
import type { StoreReader, StoreWriter, VerdictRecord } from '../store/store.ts';
import { type Decision, LARGEST_BUNDLE_BYTES } from './replay.ts';

/** Returns its id. */
export async function keepVerdict(
  writer: Pick<StoreWriter, 'saveVerdict'>,
  { verdict, decision, recordedAt }: Keeping,
): Promise<number> {
  const { facts, core, engine, policy } = decision;
  return await writer.saveVerdict({
    release: verdict.release,
    scope: verdict.scope,
    baseline: verdict.baseline,
    policy: verdict.policy,
    policyDigest: policy,
    override: verdict.override,
    engine,
    word: verdict.verdict,
    decidedAt: verdict.decidedAt,
    recordedAt,
    core,
    facts: { digest: facts.digest, bytes: await packText(facts.text) },
  });
}

export interface Keeping {
  readonly verdict: Verdict;
  readonly decision: Decision;
  /** Epoch ms. */
  readonly recordedAt: number;
}

/**
 * The decision of that id, or the last one.
 *
 * @throws GatehouseError `not-found`; `store-unavailable` when its facts are gone or cannot be read
 */
export async function keptDecision(
  reader: Pick<StoreReader, 'verdict' | 'verdicts' | 'artefact'>,
  id: number | undefined,
): Promise<Decision> {
  const record = await recordOf(reader, id);
  const bytes = await reader.artefact(record.factsDigest);
  if (bytes === undefined) throw unreadable(record, 'its facts are not in the store');
  const text = await unpackText(bytes, LARGEST_BUNDLE_BYTES).catch((cause: unknown) => {
    throw unreadable(record, 'its facts cannot be unpacked', cause);
  });
  return {
    engine: record.engine,
    policy: record.policyDigest,
    core: record.core,
    facts: { digest: record.factsDigest, text },
  };
}

async function recordOf(
  reader: Pick<StoreReader, 'verdict' | 'verdicts'>,
  id: number | undefined,
): Promise<VerdictRecord> {
  const [record] = id === undefined ? await reader.verdicts({ limit: 1 }) : [await reader.verdict(id)];
  if (record !== undefined) return record;
  const what =
    id === undefined ? 'no verdict is kept in the store' : `there is no verdict ${id} in the store`;
  throw new GatehouseError('not-found', `${what}; --bundle FILE replays one that was kept as a file`);
}

function unreadable({ id }: VerdictRecord, why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('store-unavailable', `the verdict ${id} cannot be replayed: ${why}`, { cause });
}
