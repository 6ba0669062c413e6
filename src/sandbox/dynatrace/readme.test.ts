/** The page beside this file tells the truth: its examples work and it names everything there is. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Command } from './control.ts';
import { stories } from './data/plan.ts';
import { Mutation } from './mutation.ts';
import { Dialect, EmulatorOptions, endpoints, Fault, Pool, Rate, ServeOptions } from './options.ts';

const page = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
const named = new Set(
  [...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, text]) => text!.split(/[\s,:{}()[\]']+/)),
);

test('the options and the command in the page are accepted', () => {
  const options = /--json '(.*)'/.exec(page)?.[1];
  const command = /```json\n([\s\S]*?)```/.exec(page)?.[1];

  assert.doesNotThrow(() => ServeOptions.parse(JSON.parse(String(options))));
  assert.doesNotThrow(() => Command.parse(JSON.parse(String(command))));
});

test('every option, endpoint, story, fault and change is named in the page', () => {
  const literals = (union: typeof Fault | typeof Mutation, key: string) =>
    union.options.flatMap(({ shape }) => {
      const literal = Object.entries(shape).find(([name]) => name === key)?.[1];
      return literal !== undefined && 'value' in literal ? [String(literal.value)] : [];
    });
  const kinds = literals(Fault, 'kind');
  const changes = literals(Mutation, 'do');
  const everything = [
    ...[EmulatorOptions, ServeOptions, Dialect, Pool, Rate].flatMap(({ shape }) => Object.keys(shape)),
    ...Fault.options.flatMap(({ shape }) => Object.keys(shape)),
    ...endpoints,
    ...stories,
    ...kinds,
    ...changes,
  ];

  assert.ok(kinds.length >= 18 && changes.length === 9, `${kinds.length} ${changes.length}`);
  for (const name of everything) assert.ok(named.has(name), `README.md does not name ${name}`);
});
