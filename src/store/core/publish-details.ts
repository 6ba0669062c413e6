/** What is learned of observations in a second call: it changes what is shown, never what exists nor its life. */
import type { KeyedDetail } from '../../domain/keyed.ts';
import type { Db } from '../db.ts';
import { PARTS } from '../schema.ts';
import type { ChangeLog } from './changes.ts';
import { recomputeFindings } from './findings.ts';
import type { Identity } from './identity.ts';
import { replaceLabels } from './labels.ts';
import type { ObservationRow } from './observation-row.ts';
import { isLate, type Publication, type RunFacts } from './publication.ts';
import { revisionsFor } from './revisions.ts';
import { DETAIL_COLUMNS, detailColumnsOf } from './rows.ts';

/** `known`: the observation of each detail, where there is one. */
export async function publishDetails(
  db: Db,
  run: RunFacts,
  identity: Identity,
  log: ChangeLog,
  out: Publication,
  details: readonly KeyedDetail[],
  known: readonly (ObservationRow | undefined)[],
): Promise<void> {
  const pairs = details.flatMap((statement, index) => {
    const row = known[index];
    if (row !== undefined) return [{ statement, row }];
    out.rejected.push({
      at: statement.key,
      key: statement.key,
      reason: 'details of an entry that was never listed',
    });
    return [];
  });
  const changed = pairs.filter(({ statement, row }) => row.detail_digest !== statement.digest);
  const revisions = await revisionsFor(db, run, identity, changed, PARTS.detail);
  for (const { statement, row } of pairs) {
    const revision = revisions.get(statement) ?? row.detail_revision;
    if (revision !== null) out.members.push(revision);
  }
  const ids = changed.map(({ row }) => row.id);
  for (const id of ids) out.detailed.add(id);
  const claims = await db.select<{ finding_id: number }>('claim', 'observation_id', ['finding_id'], ids);
  for (const { finding_id } of claims) {
    log.mentioned(finding_id);
  }
  if (isLate(run)) {
    for (const id of ids) out.stale.add(id);
    return;
  }
  for (const { finding_id } of claims) log.contentChanged(finding_id);
  await db.update(
    'observation',
    'id',
    ['detail_revision', 'detail_digest', ...DETAIL_COLUMNS],
    changed.map(({ statement, row }) => {
      const columns = detailColumnsOf(statement);
      const values = DETAIL_COLUMNS.map((column) => columns[column]);
      return [row.id, revisions.get(statement) ?? 0, statement.digest, ...values];
    }),
  );
  const labelled = changed.map(({ statement, row }) => ({ observation: row.id, labels: statement.labels }));
  await replaceLabels(db, identity, PARTS.detail, labelled, { fresh: false });
  await recomputeFindings(db, [...new Set(claims.map(({ finding_id }) => finding_id))], log);
}
