import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { aFinding, countsOf, NOW, someEvidence } from '../../test/support/builders.ts';
import { makeFolder } from '../../test/support/cli.ts';
import { aTable } from '../../test/support/decision-tables.ts';
import type { DecisionTable } from '../domain/decision-table.ts';
import { isGatehouseError } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import type { Verdict } from '../domain/verdict.ts';
import { ssvc } from '../feeds/ssvc/index.ts';
import { decide } from '../policy/decide.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { SSVC_DECISIONS } from '../policy/ssvc.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import { withStoredTables } from './decision-tables.ts';
import { readFeed } from './feeds.ts';

async function aShelf() {
  const folder = await makeFolder();
  const store = await openMemoryStore();
  const signal = new AbortController().signal;
  const readPath = async (path: string) =>
    await readFeed({ store, feed: ssvc, path, source: 'house', tableName: 'house', now: NOW, signal });
  return {
    store,
    readPath,
    async read(content: string) {
      await writeFile(folder.file('table.json'), content);
      return await readPath(folder.file('table.json'));
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('a decision table that was collected', () => {
  const parameters = { atOrAbove: { house: 'track' }, points: { R: 'L' } };
  const ssvcOf = (setting: object) => readPolicy({ rules: { ssvc: { action: 'block', ...setting } } });

  test('is put into the policy, everywhere where the policy goes by it, and not where it is off', async () => {
    await using shelf = await aShelf();
    await shelf.read(JSON.stringify(aTable()));
    const scoped = (name: string, more: object) => ({ scope: { name, channels: [name] }, ...more });
    const policy = ssvcOf({
      ...parameters,
      perScope: [
        scoped('a', { points: {} }),
        scoped('b', { action: 'off' }),
        scoped('c', { atOrAbove: { supplier: 'defer' }, points: {} }),
      ],
    });

    const filled = await withStoredTables(shelf.store.reader, policy);

    const { parameters: own, perScope = [] } = filled.rules.ssvc ?? { parameters: {} };
    assert.deepEqual(own, { ...policy.rules.ssvc?.parameters, tables: { house: aTable() } });
    assert.deepEqual(
      perScope.map((one) => one.parameters.tables),
      [{ house: aTable() }, {}, {}],
    );
    assert.equal(await withStoredTables(shelf.store.reader, filled), filled);
  });

  test('does not take the place of one that is written in the policy', async () => {
    await using shelf = await aShelf();
    await shelf.read(JSON.stringify(aTable()));
    const own = ssvcOf({ ...parameters, tables: { house: aTable(['A', 'A', 'A', 'A', 'A', 'A']) } });

    assert.equal(await withStoredTables(shelf.store.reader, own), own);
  });

  test('is not there where none of its name was', async () => {
    await using shelf = await aShelf();
    const policy = ssvcOf({ atOrAbove: { other: 'track' } });

    assert.equal(await withStoredTables(shelf.store.reader, policy), policy);
  });
});

describe('a file that is no table to decide by', () => {
  const text = JSON.stringify(aTable());
  const row = '{"ssvc:E:1.1.0":"N","house:R:1.0.0":"L","house:O:1.0.0":"T"}';
  const refused: Readonly<Record<string, readonly [content: string, says: RegExp]>> = {
    'a row twice': [text.replace(row, `${row},${row}`), /rows 0 and 1 are both for/],
    'a row less': [text.replace(`${row},`, ''), /there is no row for ssvc:E:1.1.0 N, house:R:1.0.0 L/],
    'no rows': [JSON.stringify({ ...aTable(), mapping: [] }), /there is no row for/],
    'rows that are none': [JSON.stringify({ ...aTable(), mapping: { row } }), /mapping: /],
    'a value that is none': [text.replace('"house:R:1.0.0":"L"', '"house:R:1.0.0":"X"'), /no value 'X'/],
    'an outcome that is no point': [
      text.replace('"outcome":"house:O:1.0.0"', '"outcome":"x"'),
      /none of its decision points/,
    ],
    'another version': [text.replace('{', '{"schemaVersion":"1.0.0",'), /only version 2 is read/],
    'rows without end': [text.replace(row, Array(20_001).fill(row).join()), /more than 20000 rows/],
    'points without end': [
      text.replace(
        '{"ssvc:E:1.1.0":{"name":"Exploitation"',
        `{"x:X:1":{"name":"${'x'.repeat(9_000_000)}"},$&`,
      ),
      /./,
    ],
    'lists without end': [text.replace('"Low"', `${'['.repeat(1000)}${']'.repeat(1000)}`), /./],
    prototypes: [text.replaceAll('house:R:1.0.0', '__proto__'), /mapping|decision points|point/],
    'mapping twice': [text.replace('"outcome"', '"mapping":[],"outcome"'), /./],
    'half of it': [text.slice(0, -20), /./],
    two: [`${text}${text}`, /./],
  };

  for (const [what, [content, says]] of Object.entries(refused)) {
    test(`${what}: it is refused, and the table before it stays`, async () => {
      await using shelf = await aShelf();
      await shelf.read(text);
      assert.notEqual(content, text);

      await assert.rejects(
        shelf.read(content),
        (error) => isGatehouseError(error) && error.code === 'input-invalid' && says.test(error.message),
      );

      assert.deepEqual(
        (await shelf.store.reader.decisionTables()).map(({ table }) => table),
        [aTable()],
      );
    });
  }

  test('whatever is changed in it: it is refused with nothing kept, or every line of it decides', async () => {
    await using folder = await makeFolder();
    const paths = pathsIn(aTable());
    const values = fc.oneof(
      fc.constantFrom<unknown>('L', 'X', '', 7, null, [], {}, 'house:O:1.0.0', 'constructor', '__proto__'),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), values, fc.boolean(), async (path, value, isGone) => {
        const store = await openMemoryStore();
        try {
          await writeFile(folder.file('t.json'), JSON.stringify(changedAt(aTable(), path, value, isGone)));
          const job = { store, feed: ssvc, path: folder.file('t.json'), source: 'x', now: NOW };
          const read = await readFeed({ ...job, signal: new AbortController().signal }).catch((error) => {
            assert.ok(isGatehouseError(error) && error.code === 'input-invalid', String(error));
          });
          const tables = await store.reader.decisionTables();
          assert.equal(tables.length, read === undefined ? 0 : 1);
          for (const { table } of tables)
            assert.equal(new Set(table.mapping.map((one) => JSON.stringify(one))).size, 6);
        } finally {
          await store.close();
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Of every value in it, the way there. */
function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, own]) => [[...path, key], ...pathsIn(own, [...path, key])]);
}

function changedAt(
  document: unknown,
  [key = '', ...others]: readonly string[],
  value: unknown,
  isGone: boolean,
): unknown {
  const copy = Array.isArray(document) ? [...document] : { ...Object(document) };
  if (others.length > 0) copy[key] = changedAt(copy[key], others, value, isGone);
  else if (isGone) delete copy[key];
  else copy[key] = value;
  return copy;
}

describe('the tables that are published, as feeds', () => {
  const folder = new URL('../../../shared/data/intel/', import.meta.url);

  test('are beside the repository when a build demands it', () => {
    assert.ok(existsSync(folder) || process.env.CI !== 'true', `${folder.pathname} is missing`);
  });

  if (!existsSync(folder)) return;
  const files = {
    coordinator: 'ssvc-cisa_coordinator_2_0_3.json',
    'bod-26-04': 'ssvc-cisa_bod_26_04_1_0_0.json',
    deployer: 'ssvc-deployer_patch_application_priority_1_0_0.json',
  } as const;
  /** What holds of a finding, or is said by the policy, where the line has this value. */
  const says: Readonly<Record<string, Readonly<Record<string, object>>>> = {
    'ssvc:E': {
      N: { exploitation: 'none' },
      P: { exploitation: 'public-poc' },
      A: { exploitation: 'active' },
    },
    'ssvc:A': { N: { automatable: 'no' }, Y: { automatable: 'yes' } },
    'ssvc:TI': { P: { technicalImpact: 'partial' }, T: { technicalImpact: 'total' } },
    'ssvc:EXP': { S: { exposure: 'small' }, C: { exposure: 'controlled' }, O: { exposure: 'open' } },
    'ssvc:MWI': { L: { missionImpact: 'low' }, M: { missionImpact: 'medium' }, H: { missionImpact: 'high' } },
    'ssvc:HI': {
      ...{ L: { missionImpact: 'low' }, M: { missionImpact: 'medium' } },
      ...{ H: { missionImpact: 'high' }, VH: { missionImpact: 'very-high' } },
    },
    'cisa:PE': { N: { exposure: 'small' }, Y: { exposure: 'open' } },
    'cisa:KEV': { N: {}, Y: {} },
  };

  function judged(setting: object, finding: Finding, table: DecisionTable): Verdict {
    const own = { action: 'block', ...setting, tables: { house: table } };
    const rules = { severity: 'off', 'unknown-severity': 'off', ssvc: own };
    return decide({
      ...{ release: 'shop', now: NOW, scope: { name: 'all' }, fromScans: false },
      policy: readPolicy({ preset: 'development', rules }),
      evidence: [someEvidence()],
      candidates: [finding],
      counts: countsOf([finding]),
      intelligence: ['kev', 'epss'],
    });
  }

  /** What the one reason says. */
  function messageOf(verdict: Verdict): string {
    const [reason, ...others] = verdict.reasons;
    assert.ok(reason && others.length === 0);
    return reason.message;
  }

  for (const [name, file] of Object.entries(files)) {
    const table = name as keyof typeof files;
    test(`${table}: each line decides as published, and as the table that is built in`, async () => {
      await using shelf = await aShelf();
      const read = await shelf.readPath(new URL(file, folder).pathname);
      const [kept] = await shelf.store.reader.decisionTables(['house']);
      assert.ok(kept);
      const { mapping, outcome, decision_points } = kept.table;
      assert.equal(read.table?.rows, mapping.length);
      const decisions = decision_points[outcome]?.values ?? [];
      for (const line of mapping) {
        const parts = Object.entries(line).filter(([id]) => id !== outcome);
        const stated = Object.assign({}, ...parts.map(([id, key]) => says[id.replace(/:[^:]*$/, '')]?.[key]));
        const isListed = line['cisa:KEV:1.0.0'] === 'Y';
        const finding = aFinding(
          isListed ? { intelligence: { kev: { addedAt: NOW, isRansomware: false } } } : {},
        );
        const rank = decisions.findIndex(({ key }) => key === line[outcome]);
        const mildest = SSVC_DECISIONS[table][0];
        const loaded: string = messageOf(
          judged({ ...stated, atOrAbove: { house: decisions[0]?.key } }, finding, kept.table),
        );
        const own: string = messageOf(
          judged({ ...stated, atOrAbove: { [table]: mildest } }, finding, kept.table),
        );

        const points = (message: string): string => message.replace(/^.*?: /, '');
        assert.equal(points(loaded), points(own), JSON.stringify(line));
        assert.ok(own.includes(`decision ${SSVC_DECISIONS[table][rank]} by`), own);
        const word = decisions[rank]?.name.toLowerCase().replaceAll(' ', '-');
        assert.ok(loaded.includes(`decision ${word} by SSVC (house)`), loaded);
        assert.doesNotMatch(loaded, /at worst/);
        const isAbove = (bound: number): boolean =>
          judged({ ...stated, atOrAbove: { house: decisions[bound]?.name } }, finding, kept.table).verdict ===
          'NO-GO';
        assert.deepEqual(
          decisions.map((_, bound) => isAbove(bound)),
          decisions.map((_, bound) => rank >= bound),
        );
      }
    });

    test(`${table}: what is not known is at its worst as in the table that is built in`, async () => {
      await using shelf = await aShelf();
      await shelf.readPath(new URL(file, folder).pathname);
      const [kept] = await shelf.store.reader.decisionTables(['house']);
      assert.ok(kept);
      const decisions = kept.table.decision_points[kept.table.outcome]?.values ?? [];
      for (const known of [{}, { exploitation: 'none' }, { missionImpact: 'very-high', exposure: 'open' }]) {
        const finding = aFinding({});
        const bound = decisions[0]?.key;
        const loaded: string = messageOf(
          judged({ ...known, atOrAbove: { house: bound } }, finding, kept.table),
        );
        const mildest = SSVC_DECISIONS[table][0];
        const own: string = messageOf(
          judged({ ...known, atOrAbove: { [table]: mildest } }, finding, kept.table),
        );

        // The published coordinator's table ends at high, where the one that is built in goes on.
        const points = (message: string): string =>
          message
            .replace(/^.*?: /, '')
            .replace('(at worst very high)', '(at worst high)')
            .replace('very high (not in the table, at worst high)', 'very high');
        assert.equal(points(loaded), points(own));
      }
    });
  }
});
