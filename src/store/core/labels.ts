import type { Label } from '../../domain/statement.ts';
import type { Db } from '../db.ts';
import type { Identity } from './identity.ts';

export interface Labelled {
  readonly observation: number;
  readonly labels: readonly Label[];
}

/** Sets the labels that one part of an observation carries. `fresh`: there are none yet. */
export async function replaceLabels(
  db: Db,
  identity: Identity,
  part: number,
  labelled: readonly Labelled[],
  { fresh }: { readonly fresh: boolean },
): Promise<void> {
  if (labelled.length === 0) return;
  const ids = await identity.labels(labelled.flatMap(({ labels }) => labels));
  let next = 0;
  const wanted = labelled.flatMap(({ observation, labels }) =>
    labels.map(() => ({ observation, label: ids[next++] ?? 0 })),
  );
  if (!fresh) {
    const list = db.listValue(labelled.map(({ observation }) => observation));
    await db.run(`DELETE FROM observation_label WHERE part = ? AND observation_id IN ${db.list('int')}`, [
      part,
      list,
    ]);
  }
  await db.insert(
    'observation_label',
    wanted.map(({ observation, label }) => [observation, part, label]),
  );
}
