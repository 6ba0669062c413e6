/** The gate over a store at rest, or the bare reading of the same rows: `gate STORE SLOWDOWN`, `rows STORE`. */
import { DatabaseSync } from 'node:sqlite';
import type { Filter } from '../../src/domain/filter.ts';
import { EVERYTHING } from '../../src/domain/scope.ts';
import { gateStore } from '../../src/flows/gate.ts';
import { compilePolicy } from '../../src/policy/compile-policy.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { filterToSql } from '../../src/store/read/filter-sql.ts';
import { openSqliteDb } from '../../src/store/sqlite/db.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { StoreReader } from '../../src/store/store.ts';
import { watch } from './watch.ts';

/** Critical findings and functions in use: about one finding in a hundred. */
const POLICY = readPolicy({
  mode: 'evaluate',
  preset: 'strict',
  rules: { severity: { action: 'block', atOrAbove: 'critical' } },
});

const [step, path = '', slowdown = '1'] = process.argv.slice(2);
console.log(JSON.stringify(await (step === 'gate' ? gate() : rows())));

async function gate(): Promise<object> {
  const store = await openSqliteStore({ path });
  // An open store: its readers are there, their pages are not.
  await Promise.all([store.reader.cursor('any'), store.reader.cursor('any')]);
  const watched = await watch(() =>
    gateStore(slowed(store.reader, Number(slowdown)), {
      release: 'bench',
      policy: POLICY,
      scope: EVERYTHING,
      now: Date.UTC(2026, 5, 1),
    }),
  );
  await store.close();
  const { verdict: word, reasons, counts } = watched.result;
  return {
    ...watched,
    result: { word, open: counts.open, findings: reasons.flatMap((one) => one.findings).length },
  };
}

/** Asks everything so many times. */
function slowed(reader: StoreReader, times: number): StoreReader {
  const findings: StoreReader['findings'] = async (query) => {
    for (let n = 1; n < times; n++) await reader.findings(query);
    return await reader.findings(query);
  };
  const count: StoreReader['count'] = async (filter) => {
    for (let n = 1; n < times; n++) await reader.count(filter);
    return await reader.count(filter);
  };
  return { ...reader, findings, count };
}

/** The rows of the candidates and the count, each by one statement, made into nothing. */
async function rows(): Promise<object> {
  const db = await openSqliteDb({ path, readOnly: true });
  const { candidates } = compilePolicy(POLICY, { scope: EVERYTHING, mode: 'evaluate' });
  const where = filterToSql(db, candidates satisfies Filter);
  await db.close();
  const database = new DatabaseSync(path, { readOnly: true });
  const watched = await watch(async () => {
    const chosen = `WITH chosen AS MATERIALIZED (SELECT f.id FROM finding f WHERE ${where.text})`;
    const parameters = where.parameters as (string | number | null)[];
    const read = (sql: string): number => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement.all(...parameters).length;
    };
    const findings =
      read(`${chosen} SELECT f.*, v.canonical, s.key, a.name FROM chosen c JOIN finding f ON f.id = c.id
      JOIN vulnerability v ON v.id = f.vulnerability_id JOIN subject s ON s.id = f.subject_id JOIN asset a ON a.id = f.asset_id`);
    read(`${chosen} SELECT c.live, o.key, o.severity, m.body FROM chosen JOIN claim c ON c.finding_id = chosen.id
      JOIN observation o ON o.id = c.observation_id JOIN revision m ON m.id = o.main_revision`);
    database.prepare('SELECT severity, count(*) FROM finding WHERE open = 1 GROUP BY severity').all();
    return { findings };
  });
  database.close();
  return watched;
}
