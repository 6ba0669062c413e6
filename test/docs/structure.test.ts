/** Documents lead somewhere, have the shape of their kind, and stay short. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, test } from 'node:test';
import { anchorOf, type Document, filesOfProject, ROOT, readDocument, readDocuments } from './documents.ts';

const documents = readDocuments();

/** What is wrong with a link; undefined: nothing, or it leads out of the repository. */
function faultOf(from: Document, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from.path : posix.join(posix.dirname(from.path), path);
  if (!existsSync(`${ROOT}${target}`)) return `${from.path}: ${link} leads nowhere`;
  if (anchor === undefined || readDocument(target).headings.map(anchorOf).includes(anchor)) return undefined;
  return `${from.path}: ${link} names no heading`;
}

describe('links', () => {
  test('of every document in the repository lead to a file that is there, and to a heading that it has', () => {
    const every = filesOfProject((path) => path.endsWith('.md')).map(readDocument);

    const faults = every.flatMap((from) => from.links.flatMap((link) => faultOf(from, link) ?? []));

    assert.ok(every.some(({ path }) => path.startsWith('src/')));
    assert.deepEqual(faults, []);
  });

  test('that lead nowhere are found', () => {
    const [readme] = documents.filter(({ path }) => path === 'README.md');
    assert.ok(readme);

    assert.match(faultOf(readme, 'docs/nowhere.md') ?? '', /leads nowhere/);
    assert.match(faultOf(readme, 'docs/glossary.md#nowhere') ?? '', /names no heading/);
    assert.equal(faultOf(readme, 'docs/glossary.md#at-the-gate'), undefined);
  });

  test('reach every document below docs from README.md', () => {
    const reached = new Set<string>();
    const pending = ['README.md'];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      if (reached.has(path) || !path.endsWith('.md')) continue;
      reached.add(path);
      const from = path;
      const targets = readDocument(path).links.map((link) => link.split('#')[0] ?? '');
      pending.push(
        ...targets
          .map((to) => posix.join(posix.dirname(from), to))
          .filter((to) => documents.some((one) => one.path === to)),
      );
    }

    assert.deepEqual(
      documents.map(({ path }) => path).filter((path) => !reached.has(path)),
      [],
    );
  });
});

describe('files that documents name', () => {
  test('are there', () => {
    const named = documents.flatMap(({ path, prose }) =>
      [...prose.matchAll(/`((?:src|test|docs|tools|bin)\/[\w./-]+)`/g)].map(([, file = '']) => ({
        path,
        file,
      })),
    );

    assert.ok(named.length > 20);
    assert.deepEqual(
      named.filter(({ file }) => !existsSync(`${ROOT}${file}`)),
      [],
    );
  });
});

describe('decisions', () => {
  const decisions = documents.filter(({ path }) => path.startsWith('docs/decisions/'));

  test('are numbered without a gap', () => {
    const numbers = decisions.map(({ path }) => Number(/\/(\d{4})-/.exec(path)?.[1]));

    assert.deepEqual(
      numbers,
      decisions.map((_, index) => index + 1),
    );
  });

  test('say context, choice, cost and what would change our mind, in at most 80 lines', () => {
    for (const { path, headings, lines } of decisions) {
      for (const heading of ['Context', 'Choice', 'Cost', 'What would change our mind'])
        assert.ok(headings.includes(heading), `${path} has no "${heading}"`);
      assert.ok(lines <= 80, `${path} has ${lines} lines`);
    }
  });
});

test('README.md is at most 150 lines, and shows the two commands', () => {
  const readme = readDocument('README.md');
  const commands = readme.blocks.filter(({ language }) => language === 'sh').map(({ text }) => text.trim());

  assert.ok(readme.lines <= 150);
  assert.ok(commands.includes('npm install && npm start'));
  assert.ok(commands.includes('npm install && npm test'));
});
