import type { VerdictWord } from '../../domain/verdict.ts';
import type { Db } from '../db.ts';
import type { BaselineRecord, VerdictQuery, VerdictRecord } from '../store.ts';

interface VerdictRow {
  readonly id: number;
  readonly release: string;
  readonly scope: string;
  readonly baseline: string | null;
  readonly policy: string;
  readonly policy_digest: string;
  readonly engine: string;
  readonly word: VerdictWord;
  readonly decided_at: number;
  readonly recorded_at: number;
  readonly core_digest: string;
  readonly core: string;
  readonly facts_digest: string;
  readonly override: string | null;
}

const COLUMNS = `id, release, scope, baseline, policy, policy_digest, engine, word, decided_at, recorded_at, core_digest,
  core, facts_digest, override`;

export async function loadVerdict(db: Db, id: number): Promise<VerdictRecord | undefined> {
  const [row] = await db.all<VerdictRow>(`SELECT ${COLUMNS} FROM verdict WHERE id = ?`, [id]);
  return row && toRecord(row);
}

/** Newest first. */
export async function listVerdicts(db: Db, query: VerdictQuery): Promise<readonly VerdictRecord[]> {
  const tests = ['1 = 1'];
  const parameters: (string | number)[] = [];
  const add = (test: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    tests.push(test);
    parameters.push(value);
  };
  add('release = ?', query.release);
  add('scope = ?', query.scope);
  add('id < ?', query.before);
  const rows = await db.all<VerdictRow>(
    `SELECT ${COLUMNS} FROM verdict WHERE ${tests.join(' AND ')} ORDER BY id DESC LIMIT ?`,
    [...parameters, query.limit],
  );
  return rows.map(toRecord);
}

function toRecord(row: VerdictRow): VerdictRecord {
  return {
    id: row.id,
    release: row.release,
    scope: row.scope,
    baseline: row.baseline ?? undefined,
    policy: row.policy,
    policyDigest: row.policy_digest,
    engine: row.engine,
    word: row.word,
    decidedAt: row.decided_at,
    recordedAt: row.recorded_at,
    core: { digest: row.core_digest, text: row.core },
    factsDigest: row.facts_digest,
    override: row.override === null ? undefined : JSON.parse(row.override),
  };
}

/** The newest of each name; with a name, that one. */
export async function listBaselines(db: Db, name: string | undefined): Promise<readonly BaselineRecord[]> {
  interface Row {
    readonly name: string;
    readonly scope: string;
    readonly taken_at: number;
    readonly digest: string;
  }
  const rows = await db.all<Row>(
    `SELECT b.name, b.scope, b.taken_at, b.digest FROM kept_baseline b
     WHERE b.id = (SELECT max(later.id) FROM kept_baseline later WHERE later.name = b.name)
       AND (1 = ? OR b.name = ?) ORDER BY b.name`,
    [name === undefined ? 1 : 0, name ?? ''],
  );
  return rows.map((row) => ({ name: row.name, scope: row.scope, takenAt: row.taken_at, digest: row.digest }));
}

export async function loadArtefact(db: Db, digest: string): Promise<Uint8Array | undefined> {
  const [row] = await db.find<{ content: Uint8Array }>('artefact', ['digest'], ['content'], [[digest]]);
  return row?.content;
}
