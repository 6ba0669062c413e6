/** Verdicts and baselines, kept for good: appended, never changed. What they rest on is stored once, by its digest. */
import type { Db } from '../db.ts';
import type { Artefact, NewBaseline, NewVerdict } from '../store.ts';

export async function saveVerdict(db: Db, verdict: NewVerdict): Promise<number> {
  return await db.transaction(async () => {
    await keep(db, verdict.facts);
    const id = await db.allocate('verdict', 1);
    const { release, scope, baseline, policy, policyDigest, engine, word, decidedAt, recordedAt, core } =
      verdict;
    await db.insert('verdict', [
      [
        id,
        release,
        scope,
        baseline ?? null,
        policy,
        policyDigest,
        engine,
        word,
        decidedAt,
        recordedAt,
        core.digest,
        core.text,
        verdict.facts.digest,
        verdict.override === undefined ? null : JSON.stringify(verdict.override),
      ],
    ]);
    return id;
  });
}

export async function saveBaseline(db: Db, baseline: NewBaseline): Promise<void> {
  await db.transaction(async () => {
    await keep(db, baseline.content);
    const id = await db.allocate('kept_baseline', 1);
    const { name, scope, takenAt, content } = baseline;
    await db.insert('kept_baseline', [[id, name, scope, takenAt, content.digest]]);
  });
}

async function keep(db: Db, { digest, bytes }: Artefact): Promise<void> {
  const [known] = await db.find('artefact', ['digest'], ['digest'], [[digest]]);
  if (known === undefined) await db.insert('artefact', [[digest, bytes]]);
}
