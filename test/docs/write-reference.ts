/** Writes those parts of the reference anew that follow from the code, and the pages of commands. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { commands } from '../../src/main/commands.ts';
import { ROOT } from './documents.ts';
import { COMMAND_PAGES, commandPages, withPart, writtenParts } from './written.ts';

const modules = await Promise.all(commands.map((entry) => entry.load()));
for (const part of writtenParts(modules)) {
  const file = `${ROOT}${part.document}`;
  writeFileSync(file, withPart(readFileSync(file, 'utf8'), part));
}
// The page of a command that is gone goes with it.
rmSync(`${ROOT}${COMMAND_PAGES}`, { recursive: true, force: true });
mkdirSync(`${ROOT}${COMMAND_PAGES}`);
for (const { path, text } of commandPages(modules)) writeFileSync(`${ROOT}${path}`, text);
