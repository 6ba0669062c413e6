/** Every example in the documents is run or parsed. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { parseDocument } from 'yaml';
import { command as start } from '../../src/main/commands/start.ts';
import { commands } from '../../src/main/commands.ts';
import { readConfiguration } from '../../src/main/configuration.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { Case } from '../../src/policy/trial/case.ts';
import { runCase } from '../../src/policy/trial/run-case.ts';
import { makeFolder } from '../support/cli.ts';
import { trialIo } from '../support/trial-io.ts';
import { type Block, ROOT, readDocument, readDocuments } from './documents.ts';
import { makeWorld, type Shown, type World } from './world.ts';
import { COMMAND_PAGES, pageOf } from './written.ts';

/** Pages of commands in the order of the help: what one example stores the next one shows. */
const pages = commands.map((command) => `${COMMAND_PAGES}${pageOf(command)}`);
const documents = readDocuments().toSorted(
  ({ path: a }, { path: b }) => Math.max(0, pages.indexOf(a)) - Math.max(0, pages.indexOf(b)),
);
const blocks = documents.flatMap((document) => document.blocks);
const readme = readDocument('README.md');
const at = ({ document, line }: Block): string => `${document}:${line}`;

describe('code blocks', () => {
  const parsers: Readonly<Record<string, (block: Block) => unknown>> = {
    json: ({ text }) => JSON.parse(text),
    yaml: ({ text }) => assert.deepEqual(parseDocument(text).errors, []),
    // Written into a checkout, checked by its types and run: guides.test.ts.
    ts: ({ document, name }) => assert.ok(document.startsWith('docs/guides/') && name !== ''),
  };
  /** Run below, followed by the tests of the guides, or only to be looked at. */
  const others = ['sh', 'diff', 'markdown', 'text', 'mermaid'];

  test('each says what language it is', () => {
    const known = [...Object.keys(parsers), ...others];

    assert.deepEqual(blocks.filter(({ language }) => !known.includes(language)).map(at), []);
  });

  for (const [language, parse] of Object.entries(parsers)) {
    test(`in ${language} parse`, () => {
      const own = blocks.filter((block) => block.language === language);

      assert.ok(own.length > 0, 'there are none');
      for (const block of own) assert.doesNotThrow(() => parse(block), at(block));
    });
  }

  test('that show gatehouse.yaml are read as a configuration', async () => {
    const shown = blocks.filter(({ name }) => name === 'gatehouse.yaml');
    await using folder = await makeFolder();

    assert.ok(shown.length > 1);
    for (const block of shown) {
      await writeFile(folder.file('gatehouse.yaml'), block.text);
      const { sources, feeds } = await readConfiguration(trialIo({ cwd: folder.path }).io);
      assert.ok(sources.length + feeds.length > 0, at(block));
    }
  });

  test('that show policy.yaml are read as a policy', () => {
    const shown = blocks.filter(({ name }) => name === 'policy.yaml');

    assert.ok(shown.length > 0);
    for (const { text } of shown) readPolicy(parseDocument(text).toJS());
  });
});

test('cases that a document shows are as its policy judges', () => {
  const shown = blocks.filter(({ name }) => name === 'cases.yaml');

  assert.ok(shown.length > 0);
  for (const { document, text } of shown) {
    const policy = blocks.find((block) => block.document === document && block.name === 'policy.yaml');
    for (const written of parseDocument(text).toJS()) {
      const one = Case.parse(written);
      const { differences } = runCase(one, readPolicy(parseDocument(policy?.text ?? '').toJS()));
      assert.deepEqual(differences, [], one.case);
    }
  }
});

describe('the recorded first run', () => {
  test('is what a first run prints, but for what is marked as left out', async () => {
    const undated = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'now');
    const recorded = readme.blocks.find(({ language }) => language === 'text')?.text ?? '';
    await using folder = await makeFolder();
    // The emulators go by the machine's clock, and so must this run.
    const trial = trialIo({ cwd: folder.path, columns: 80, now: () => new Date() });

    await start.run({}, trial.io, []);

    const parts = undated(recorded).split(/^…\n/m);
    const printed = undated(trial.stdout());
    assert.ok(parts.length > 3, 'it is hardly a recording');
    let from = 0;
    for (const part of parts) {
      const found = printed.indexOf(part, from);
      assert.ok(found >= from, `not printed, or not in this order:\n${part}\n\nbut:\n${printed.slice(from)}`);
      from = found + part.length;
    }
  });
});

describe('commands', () => {
  let world: World;
  before(async () => {
    const shown = readme.blocks.find(({ name }) => name === 'gatehouse.yaml');
    assert.ok(shown, 'README.md shows no gatehouse.yaml');
    world = await makeWorld(shown.text);
  });
  after(() => world[Symbol.asyncDispose]());

  for (const document of documents) {
    const lines = document.blocks.filter(({ language }) => language === 'sh').flatMap(linesOf);
    if (lines.length === 0) continue;
    test(`of ${document.path} do what they say`, async () => {
      for (const { line, where } of lines) {
        const left = NOT_RUN.find(([pattern]) => pattern.test(line));
        if (left !== undefined) left[1](line);
        else assertExit(line, await world.run(line.replace(/^npm install && /, '')), where);
      }
    });
  }
});

/** These would fetch packages, or run this very test: what they name is there, and that is checked instead. */
const NOT_RUN: readonly (readonly [RegExp, (line: string) => void])[] = [
  [/^npm (install && npm )?(test|run check)\b/, assertNamed],
  // Asks a person; test/e2e/init.test.ts is one, at a real terminal.
  [/^gatehouse init$/, () => assert.ok(existsSync(`${ROOT}test/e2e/init.test.ts`))],
];

const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(`${ROOT}package.json`, 'utf8'),
).scripts;

function assertNamed(line: string): void {
  const [, script = '', paths = ''] = /(test|check)(?: -- (.*))?$/.exec(line) ?? [];
  assert.ok(script in scripts, `${line}: package.json has no script of that name`);
  for (const path of paths.split(' '))
    assert.ok(existsSync(`${ROOT}${path}`), `${line}: there is no ${path}`);
}

interface Line {
  readonly line: string;
  readonly where: string;
}

/** Lines of a shell block that are no comment. */
function linesOf(block: Block): readonly Line[] {
  return block.text
    .split('\n')
    .map((line, index) => ({ line, where: `${block.document}:${block.line + index}` }))
    .filter(({ line }) => line.trim() !== '' && !line.startsWith('#'));
}

/** `# exit 1` behind a line says how it ends. Without it the gate ends with any verdict, all others with 0. */
function assertExit(line: string, { code, stdout, stderr }: Shown, where: string): void {
  const said = /# exit ([\d, or]+)$/.exec(line)?.[1]?.match(/\d/g);
  const wanted = said ?? (/\bgate\b/.test(line) ? ['0', '1', '3'] : ['0']);
  assert.ok(wanted.includes(String(code)), `${where}: ${line}\nended with ${code}\n${stdout}${stderr}`);
}
