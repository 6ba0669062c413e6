import type { Scope } from '../../domain/scope.ts';
import type { Label } from '../../domain/statement.ts';
import type { Db } from '../db.ts';
import type { StatedLabels } from '../store.ts';

type Wanted = NonNullable<Scope['labels']>;

/** What observations, live or not, and the coverage of runs state of these labels, by source. */
export async function statedLabels(db: Db, wanted: Wanted): Promise<readonly StatedLabels[]> {
  const [sources, narrowed, ...stated] = await Promise.all([
    sourcesWithFindings(db),
    coveredLabels(db),
    ...wanted.map((one) => statedBy(db, one)),
  ]);
  return sources.map((source) => ({
    source,
    kinds: wanted.filter((_, index) => stated[index]?.kind.has(source)).map(({ kind }) => kind),
    known: wanted.flatMap(({ kind, anyOf }, index) => {
      const own = stated[index]?.values.filter((one) => one.source === source) ?? [];
      const covered = narrowed.filter((one) => one.source === source && one.label.kind === kind);
      const labels = [...own, ...covered.map(({ label }) => label)];
      return anyOf
        .filter((value) => labels.some(({ id, name }) => value === id || value === name))
        .map((value) => ({ kind, value }));
    }),
  }));
}

async function sourcesWithFindings(db: Db): Promise<readonly string[]> {
  const rows = await db.all<{ source: string }>(
    `SELECT DISTINCT s.source FROM stream s
     WHERE EXISTS (SELECT 1 FROM observation o WHERE o.stream_id = s.id AND o.live = 1) ORDER BY s.source`,
  );
  return rows.map(({ source }) => source);
}

async function coveredLabels(db: Db): Promise<readonly { readonly source: string; readonly label: Label }[]> {
  const rows = await db.all<{ source: string; labels: string }>(
    'SELECT DISTINCT s.source, r.labels FROM run r JOIN stream s ON s.id = r.stream_id WHERE r.labels IS NOT NULL',
  );
  return rows.flatMap(({ source, labels }) =>
    (JSON.parse(labels) as Label[]).map((label) => ({ source, label })),
  );
}

interface Value {
  readonly source: string;
  readonly id: string;
  readonly name: string | null;
}

async function statedBy(
  db: Db,
  { kind, anyOf }: Wanted[number],
): Promise<{ readonly kind: ReadonlySet<string>; readonly values: readonly Value[] }> {
  const values = db.listValue(anyOf);
  const [rows, kinds] = await Promise.all([
    db.all<Value>(
      `SELECT DISTINCT s.source, l.key AS id, l.name FROM label l JOIN observation_label ol ON ol.label_id = l.id
         JOIN observation o ON o.id = ol.observation_id JOIN stream s ON s.id = o.stream_id
       WHERE l.kind = ? AND (l.key IN ${db.list('text')} OR l.name IN ${db.list('text')})`,
      [kind, values, values],
    ),
    db.all<{ source: string }>(
      `SELECT DISTINCT s.source FROM stream s WHERE EXISTS (
         SELECT 1 FROM label l JOIN observation_label ol ON ol.label_id = l.id
           JOIN observation o ON o.id = ol.observation_id
         WHERE l.kind = ? AND o.stream_id = s.id)`,
      [kind],
    ),
  ]);
  return { kind: new Set(kinds.map(({ source }) => source)), values: rows };
}
