/** What people found themselves, into the store by the same identity as everything else. */
import { GatehouseError } from '../domain/errors.ts';
import { MANUAL_SOURCE, type ManualFinding, observationOf } from '../domain/manual-finding.ts';
import type { RunSummary } from '../domain/run.ts';
import { createNormaliser } from '../normalise/normaliser.ts';
import type { Store } from '../store/store.ts';

/** All of them or none. Entered again, one is corrected. Throws `input-invalid` for one that cannot be identified. */
export async function enterFindings(
  { writer }: Store,
  findings: readonly ManualFinding[],
  now: number,
): Promise<RunSummary> {
  const normaliser = createNormaliser();
  const observations = findings.map((finding) => normaliser.observation(observationOf(finding), {}));
  const run = await writer.beginRun({
    stream: { source: MANUAL_SOURCE, category: '', channel: '' },
    holdMs: 0,
    observedAt: now,
    recordedAt: now,
    visibility: 'staged',
  });
  await run.stage(observations);
  return await run.finish({
    observedAt: now,
    assets: [...new Map(findings.map(({ asset }) => [`${asset.kind} ${asset.name}`, asset])).values()],
    classes: 'all',
    labels: 'all',
    // Who enters one says nothing of the others.
    closes: false,
    complete: true,
    reasons: [],
  });
}

/** Ids that are entered twice in one go would leave it open which one counts. */
export function assertDistinct(findings: readonly Pick<ManualFinding, 'id'>[]): void {
  const met = new Set<string>();
  for (const { id } of findings) {
    if (met.has(id)) throw new GatehouseError('input-invalid', `there are two findings '${id}'`);
    met.add(id);
  }
}
