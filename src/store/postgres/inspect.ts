import pg from 'pg';
import { GatehouseError } from '../../domain/errors.ts';
import { SCHEMA_VERSION } from '../migrations.ts';
import type { StoreState } from '../store-state.ts';

const PATIENCE_MS = 5000;

export async function inspectPostgres(url: string): Promise<StoreState> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  try {
    await client.connect();
    const { rows } = await client.query<Facts>(FACTS);
    const [facts] = rows;
    if (facts?.made !== true) return { schemaVersion: undefined, readOnly: whyNotMade(facts) };
    const versions = await client.query<{ version: number }>('SELECT version FROM schema_version');
    const schemaVersion = versions.rows[0]?.version;
    const rights = await client.query<Rights>(RIGHTS);
    const readOnly = whyNotMade(facts) ?? whyNotWritten(rights.rows[0], schemaVersion ?? SCHEMA_VERSION);
    return { schemaVersion, readOnly };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('store-unavailable', `cannot reach the store: ${why || 'no answer'}`, { cause });
  } finally {
    await client.end().catch(() => undefined); // it never began
  }
}

interface Facts {
  readonly made: boolean;
  readonly mayMake: boolean | null;
  readonly readOnly: string;
}

const FACTS = `SELECT to_regclass('schema_version') IS NOT NULL AS made,
  has_schema_privilege(current_schema(), 'CREATE') AS "mayMake",
  current_setting('transaction_read_only') AS "readOnly"`;

interface Rights {
  readonly mayWrite: boolean;
  readonly owns: boolean;
}

const RIGHTS = `SELECT has_table_privilege(oid, 'INSERT') AS "mayWrite", pg_has_role(relowner, 'USAGE') AS owns
  FROM pg_class WHERE oid = to_regclass('run')`;

/** Only who owns a table may change it. */
function whyNotWritten(rights: Rights | undefined, version: number): string | undefined {
  if (rights?.mayWrite !== true) return 'this user may not write its tables';
  if (rights.owns || version >= SCHEMA_VERSION) return undefined;
  return `it is of schema version ${version}, and only the user who made its tables may bring it to ${SCHEMA_VERSION}`;
}

function whyNotMade(facts: Facts | undefined): string | undefined {
  if (facts?.mayMake !== true) return 'this user may not make tables in the database';
  return serverReadOnly(facts);
}

function serverReadOnly({ readOnly }: Facts): string | undefined {
  return readOnly === 'on' ? 'the server is read-only, as a standby is' : undefined;
}
