/** The reference says what the code says: every command, option, key, rule, code and variable, and no others. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { AttestationSettings } from '../../src/attest/settings.ts';
import { Honour, policyFields, RELAXATIONS } from '../../src/domain/policy.ts';
import { Scope } from '../../src/domain/scope.ts';
import { Waiver } from '../../src/domain/waiver.ts';
import { FEEDS } from '../../src/feeds/registry.ts';
import { FeedSettings } from '../../src/feeds/settings.ts';
import { FieldSource, FormatMapping } from '../../src/formats/mapped/mapping.ts';
import { commands } from '../../src/main/commands.ts';
import { Release } from '../../src/main/configuration.ts';
import { PolicyDocument } from '../../src/policy/read-policy.ts';
import { SOURCES } from '../../src/sources/registry.ts';
import { codeOf, filesOfProject, ROOT, readDocument } from './documents.ts';
import { COMMAND_PAGES, commandPages, withPart, writtenParts } from './written.ts';

const configuration = readDocument('docs/reference/configuration.md');
const errors = readDocument('docs/reference/errors.md');

const textOf = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** Without the padding of tables, which is the formatter's. */
const unpadded = (text: string): string =>
  text.replace(/^\|.*$/gm, (row) => row.replace(/ +/g, ' ').replace(/-{3,}/g, '---'));

const modules = await Promise.all(commands.map((entry) => entry.load()));
const parts = writtenParts(modules);
const pages = commandPages(modules);

describe('what follows from the code', () => {
  for (const part of parts) {
    test(`${part.name} in ${part.document} is as written from it`, () => {
      const document = textOf(part.document);

      assert.equal(
        unpadded(withPart(document, part)),
        unpadded(document),
        'run: node test/docs/write-reference.ts, then npm run format',
      );
    });
  }

  for (const { path, text } of pages) {
    test(`the page ${path}`, () => {
      assert.ok(existsSync(`${ROOT}${path}`), 'run: node test/docs/write-reference.ts');
      assert.equal(unpadded(textOf(path)), unpadded(text), 'run: node test/docs/write-reference.ts');
    });
  }

  test('a page for each command, and none beside them', () => {
    assert.deepEqual(
      readdirSync(`${ROOT}${COMMAND_PAGES}`)
        .map((name) => `${COMMAND_PAGES}${name}`)
        .toSorted(),
      pages.map(({ path }) => path).toSorted(),
    );
  });
});

interface Key {
  readonly path: string;
  /** As written in the document; undefined: none. */
  readonly byDefault: string | undefined;
}

/** Keys in the table below a heading. */
function documentedKeys(heading: string, { tables } = configuration): readonly Key[] {
  const table = tables.find((one) => one.heading === heading);
  assert.ok(table, `there is no table below "${heading}"`);
  return table.rows.map(([key = '', , byDefault = '']) => ({
    path: codeOf(key),
    byDefault: byDefault === '' ? undefined : codeOf(byDefault),
  }));
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly default?: unknown;
}

/** Every key that a schema reads, however deep: `scope.zones`, `labels[].kind`. */
function keysOf(schema: JsonSchema, prefix = ''): readonly Key[] {
  const { properties = {}, items, anyOf = [] } = schema;
  const own = Object.entries(properties).flatMap(([name, inner]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const value = inner.default;
    const byDefault = value === undefined || typeof value === 'object' ? undefined : String(value);
    return [{ path, byDefault }, ...keysOf(inner, path)];
  });
  return [
    ...own,
    ...(items === undefined ? [] : keysOf(items, `${prefix}[]`)),
    ...anyOf.flatMap((one) => keysOf(one, prefix)),
  ];
}

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;
}

function assertKeys(heading: string, keys: readonly Key[]): void {
  const documented = documentedKeys(heading);
  const paths = (all: readonly Key[]): readonly string[] => all.map(({ path }) => path).toSorted();
  assert.deepEqual(paths(documented), paths(keys));
  for (const { path, byDefault } of keys) {
    if (byDefault === undefined) continue;
    const said = documented.find((one) => one.path === path)?.byDefault;
    assert.equal(said, byDefault, `${heading}, ${path}: its default`);
  }
}

describe('the keys of gatehouse.yaml', () => {
  test('of the file itself', () => {
    const [, shape] =
      /const Document = z\.strictObject\(\{\n([\s\S]*?)\n\}\);/.exec(textOf('src/main/configuration.ts')) ??
      [];
    assert.ok(shape, 'src/main/configuration.ts declares no Document');
    const keys = [...shape.matchAll(/^ {2}(\w+):/gm)].map(([, path = '']) => ({
      path,
      byDefault: undefined,
    }));

    assertKeys('The file', keys);
  });

  test('of a source: those of all, and its kinds', () => {
    const [name, kind] = documentedKeys('sources').map(({ path }) => path);
    const kinds = configuration.tables.find(({ heading }) => heading === 'sources')?.rows[1]?.[1] ?? '';

    assert.deepEqual([name, kind], ['name', 'kind']);
    assert.deepEqual(
      [...kinds.matchAll(/`([\w-]+)`/g)].map(([, one]) => one),
      [...SOURCES, ...FEEDS].map((source) => source.kind),
    );
  });

  for (const source of SOURCES) {
    test(`of the source ${source.kind}`, () => {
      assertKeys(`Settings of ${source.kind}`, keysOf(jsonSchemaOf(source.settings)));
    });
  }

  test('of feeds', () => {
    assertKeys('Settings of epss, kev, osv and ssvc', keysOf(jsonSchemaOf(FeedSettings)));
  });

  test('of a scope and of a release', () => {
    assertKeys('scopes', keysOf(jsonSchemaOf(Scope)));
    assertKeys('release', keysOf(jsonSchemaOf(Release)));
  });

  test('of a format, of its fields, and of where they come from', () => {
    const all = keysOf(jsonSchemaOf(FormatMapping));
    const isField = ({ path }: Key): boolean => path.startsWith('fields.');
    const fields = Object.keys(FormatMapping.shape.fields.shape).map((path) => ({
      path,
      byDefault: undefined,
    }));

    assertKeys(
      'formats',
      all.filter((key) => !isField(key)),
    );
    assertKeys('Fields of a format', fields);
    assertKeys('Where a field comes from', keysOf(jsonSchemaOf(FieldSource)));
  });

  test('of attestation', () => {
    assertKeys('attestation', keysOf(jsonSchemaOf(AttestationSettings)));
  });

  test('of a policy', () => {
    assert.ok(PolicyDocument instanceof z.ZodPipe && PolicyDocument.in instanceof z.ZodObject);
    const fields: Readonly<Record<string, z.ZodType>> = policyFields;
    const keys = Object.keys(PolicyDocument.in.shape).map((path) => {
      const field = fields[path];
      const value = field instanceof z.ZodDefault ? field.def.defaultValue : undefined;
      return {
        path,
        byDefault: value === undefined || typeof value === 'object' ? undefined : String(value),
      };
    });

    assertKeys('policy', keys);
  });

  test('of what a policy honours, relaxes and waives', () => {
    assert.ok(Honour instanceof z.ZodPipe && Honour.out instanceof z.ZodObject);
    const waiver = keysOf(jsonSchemaOf(Waiver)).filter(({ path }) => !path.startsWith('scope.'));

    assertKeys('honour', keysOf(jsonSchemaOf(Honour.out)));
    assertKeys(
      'relax',
      RELAXATIONS.map((path) => ({ path, byDefault: undefined })),
    );
    assertKeys('waivers', waiver);
  });
});

describe('the environment variables', () => {
  test('are those that are read', () => {
    const files = filesOfProject(
      (path) => /^(src\/main\/.*\.ts|bin\/.*\.js)$/.test(path) && !/\.test\.ts$/.test(path),
    );
    const read = files.flatMap((file) => [...textOf(file).matchAll(/\benv\.([A-Z][A-Z0-9_]+)/g)]);
    // Set by npm for its scripts, and meant for nobody else.
    const names = new Set(read.map(([, name = '']) => name).filter((name) => name !== 'INIT_CWD'));

    assert.deepEqual(
      documentedKeys('Environment variables', readDocument('docs/reference/cli.md'))
        .map(({ path }) => path)
        .toSorted(),
      [...names].toSorted(),
    );
  });
});

describe('the codes of errors', () => {
  test('are those there are, each in its family, in the same order', () => {
    const [, union] = /export type ErrorCode =\n([\s\S]*?);/.exec(textOf('src/domain/errors.ts')) ?? [];
    assert.ok(union, 'src/domain/errors.ts declares no ErrorCode');
    let family = '';
    const codes = union.split('\n').flatMap((line) => {
      family = /\/\/ ([^:]*)/.exec(line)?.[1] ?? family;
      const code = /'([\w-]+)'/.exec(line)?.[1];
      return code === undefined ? [] : [[code, family]];
    });

    const [table] = errors.tables;

    assert.ok(codes.length > 5);
    assert.deepEqual(
      table?.rows.map(([code = '', of = '']) => [codeOf(code), of]),
      codes,
    );
  });
});
