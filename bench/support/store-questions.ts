/** What people and gates ask of a store, and how to see what a database does to answer it. */
import type { Filter } from '../../src/domain/filter.ts';
import type { FindingId } from '../../src/domain/finding.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { EVERYTHING } from '../../src/domain/scope.ts';
import { compilePolicy } from '../../src/policy/compile-policy.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import type { Db } from '../../src/store/db.ts';
import type { FindingOrder, StoreReader } from '../../src/store/store.ts';
import { ENVIRONMENT_SOURCE, imageName } from './full-store.ts';

export interface Question {
  readonly name: string;
  readonly kind: 'first page' | 'deep page' | 'page by id' | 'detail' | 'count' | 'gate' | 'history';
  ask(reader: StoreReader): Promise<unknown>;
}

const PAGE = 50;
const DEEP_STEP = 2500;
const DEEP_STEPS = 4;
const ORDERS: readonly FindingOrder[] = ['severity', 'opened', 'id'];

const FILTERS: Readonly<Record<string, Filter>> = {
  open: { op: 'state', is: 'open' },
  'critical and high': openAnd({ op: 'severity', in: ['critical', 'high'] }),
  'one image': openAnd({ op: 'asset', in: [{ kind: 'image', name: imageName(100) }] }),
  'one vulnerability by its alias': openAnd({ op: 'defect', in: ['CVE-2021-10005'] }),
  'one source': inScope({ sources: [ENVIRONMENT_SOURCE] }),
  'one channel': inScope({ channels: ['certification'] }),
  'known to be exploited': openAnd({ op: 'kev', is: 'listed' }),
  'likely to be exploited': openAnd({ op: 'epss', atLeast: 0.6 }),
  'at all likely to be exploited': openAnd({ op: 'epss', atLeast: 0.1 }),
  'a zone': inScope({ labels: [{ kind: 'zone', anyOf: ['Zone 7'] }] }),
  'a host': inScope({ labels: [{ kind: 'host', anyOf: ['HOST-77'] }] }),
};

function openAnd(filter: Filter): Filter {
  return { op: 'all', of: [{ op: 'state', is: 'open' }, filter] };
}

function inScope(scope: Omit<Scope, 'name'>): Filter {
  return openAnd({ op: 'scope', scope: { name: 'asked', ...scope } });
}

/** Deep pages begin some ten thousand findings in, or where the list ends. */
export function questions(): readonly Question[] {
  const pages = Object.entries(FILTERS).flatMap(([name, filter]) =>
    ORDERS.flatMap((order) => [firstPage(name, filter, order), deepPage(name, filter, order)]),
  );
  const counts = Object.entries(FILTERS).map(
    ([name, filter]): Question => ({
      name: `count of ${name}`,
      kind: 'count',
      ask: (reader) => reader.count(filter),
    }),
  );
  const details = [1, 400_001, 950_001].map(
    (id): Question => ({
      name: `finding ${id}`,
      kind: 'detail',
      ask: (reader) => reader.finding(id as FindingId),
    }),
  );
  return [...pages, ...counts, ...details, ...gateQuestions()];
}

function firstPage(name: string, filter: Filter, order: FindingOrder): Question {
  return {
    name: `${name}, by ${order}`,
    kind: order === 'id' ? 'page by id' : 'first page',
    ask: (reader) => reader.findings({ filter, order, limit: PAGE }),
  };
}

function deepPage(name: string, filter: Filter, order: FindingOrder): Question {
  let after: string | undefined;
  return {
    name: `${name}, by ${order}, deep`,
    kind: order === 'id' ? 'page by id' : 'deep page',
    ask: async (reader) => {
      after ??= await deepCursor(reader, filter, order);
      return await reader.findings({ filter, order, limit: PAGE, after });
    },
  };
}

async function deepCursor(
  reader: StoreReader,
  filter: Filter,
  order: FindingOrder,
): Promise<string | undefined> {
  let after: string | undefined;
  for (let step = 0; step < DEEP_STEPS; step++) {
    const page = await reader.findings({ filter, order, limit: DEEP_STEP, after });
    if (page.next === undefined) break;
    after = page.next;
  }
  return after;
}

function gateQuestions(): readonly Question[] {
  return [
    gateQuestion("a gate's candidates", {}),
    gateQuestion("a gate's candidates with what is exploited", {
      kev: { action: 'block' },
      epss: { action: 'block', atLeast: 0.6 },
    }),
  ];
}

function gateQuestion(name: string, rules: object): Question {
  const policy = readPolicy({
    mode: 'evaluate',
    preset: 'strict',
    rules: { severity: { action: 'block', atOrAbove: 'critical' }, ...rules },
  });
  const { candidates } = compilePolicy(policy, { scope: EVERYTHING, mode: 'evaluate' });
  return {
    name: `a page of ${name}`,
    kind: 'gate',
    ask: (reader) => reader.findings({ filter: candidates, order: 'id', limit: 2000 }),
  };
}

export interface Asked {
  readonly sql: string;
  readonly parameters: Parameters<Db['all']>[1];
}

/** The same database; every statement that reads is noted. */
export function noting(db: Db, asked: Asked[]): Db {
  return new Proxy(db, {
    get: (target, property) => {
      if (property === 'all') {
        return (sql: string, parameters: Asked['parameters']) => {
          asked.push({ sql, parameters });
          return target.all(sql, parameters);
        };
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const LARGE_TABLES = 'finding|observation|claim|revision';
/** Aliases that the reader's statements give the large tables. */
const LARGE_NAMES = `${LARGE_TABLES}|f|c|o|m|d`;

/** Lines of the plan that walk a large table from end to end. */
export async function fullScans(
  db: Db,
  dialect: 'sqlite' | 'postgres',
  { sql, parameters }: Asked,
): Promise<readonly string[]> {
  if (!/^\s*(SELECT|WITH)/.test(sql)) return [];
  if (dialect === 'sqlite') {
    const plan = await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    const walks = new RegExp(`^SCAN (${LARGE_NAMES})( |$)`);
    const lines = plan.map(({ detail }) => detail);
    return lines.filter((line) => walks.test(line) && !line.includes('USING'));
  }
  const plan = await db.all<Record<string, string>>(`EXPLAIN ${sql}`, parameters);
  const walks = new RegExp(`Seq Scan on (${LARGE_TABLES})( |$)`);
  return plan.map((row) => row['QUERY PLAN'] ?? '').filter((line) => walks.test(line));
}
