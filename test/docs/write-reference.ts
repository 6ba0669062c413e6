/** Writes those parts of the reference anew that follow from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { commands } from '../../src/main/commands.ts';
import { ROOT } from './documents.ts';
import { withPart, writtenParts } from './written.ts';

const modules = await Promise.all(commands.map((entry) => entry.load()));
for (const part of writtenParts(modules)) {
  const file = `${ROOT}${part.document}`;
  writeFileSync(file, withPart(readFileSync(file, 'utf8'), part));
}
