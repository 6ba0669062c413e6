/** The words of the glossary are the words of the code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { codeOf, filesOfProject, ROOT, readDocument } from './documents.ts';

interface Word {
  readonly word: string;
  readonly type: string | undefined;
  readonly not: readonly string[];
}

const words: readonly Word[] = readDocument('docs/glossary.md').tables.flatMap(({ columns, rows }) => {
  assert.deepEqual(columns, ['word', 'type', 'means', 'not']);
  return rows.map(([word = '', type = '', , not = '']) => ({
    word,
    type: type === '' ? undefined : codeOf(type),
    not: not === '' ? [] : not.split(', '),
  }));
});

interface Exported {
  readonly name: string;
  readonly file: string;
}

/** Types that the product exports; the sandbox speaks the vendors' languages. */
const exported: readonly Exported[] = filesOfProject(
  (path) => /^src\/(?!sandbox\/).*\.ts$/.test(path) && !path.endsWith('.test.ts'),
).flatMap((file) => {
  const text = readFileSync(`${ROOT}${file}`, 'utf8');
  const names = [...text.matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(([, name = '']) => name);
  return [...new Set(names)].map((name) => ({ name, file }));
});

/** Types that are another word than this one, however they are written: `Connectors`, `connector`. */
function typesNamed(word: string, types: readonly Exported[] = exported): readonly Exported[] {
  const wanted = word.toLowerCase().replaceAll(' ', '');
  return types.filter(({ name }) => [wanted, `${wanted}s`].includes(name.toLowerCase()));
}

test('every type of the glossary is exported, under one name in one file', () => {
  for (const { word, type } of words) {
    if (type === undefined) continue;
    const files = exported.filter(({ name }) => name === type).map(({ file }) => file);
    assert.equal(files.length, 1, `${word}: ${type} is exported by ${files.join(', ') || 'no file'}`);
  }
});

test('no type is named by a word that the glossary replaces', () => {
  const forbidden = words.flatMap(({ not }) => not);

  assert.ok(forbidden.length > 20);
  for (const word of forbidden) assert.deepEqual(typesNamed(word), [], word);
});

test('a type named by a replaced word would be found', () => {
  const planted = [{ name: 'Connectors', file: 'src/sources/a.ts' }];

  assert.deepEqual(typesNamed('connector', planted), planted);
});

test('no word is defined twice, nor replaced by one entry and defined by another', () => {
  const defined = words.map(({ word }) => word.toLowerCase());

  assert.deepEqual(
    defined.filter((word, index) => defined.indexOf(word) !== index),
    [],
  );
  assert.deepEqual(
    words.flatMap(({ not }) => not).filter((word) => defined.includes(word)),
    [],
  );
});
