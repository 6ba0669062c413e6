/** Formats whose promises are tried: those that come with us, and examples of those that a configuration describes. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Format } from '../../src/formats/format.ts';
import { mappedFormat } from '../../src/formats/mapped/index.ts';
import { FormatMapping } from '../../src/formats/mapped/mapping.ts';
import { formats } from '../../src/formats/registry.ts';

export interface TriedFormat {
  readonly format: Format;
  /** Its fixtures, and `expected.json` that counts them. */
  readonly fixtures: URL;
  /** Of a file that is cut between two rows nothing tells that there were more. */
  readonly hasRows: boolean;
  readonly isMapped: boolean;
}

const EXAMPLES = ['csv', 'json', 'json-lines'] as const;

export const TRIED_FORMATS: readonly TriedFormat[] = [
  ...formats.map((format) => ({
    format,
    fixtures: new URL(`../../src/formats/${format.kind}/fixtures/`, import.meta.url),
    hasRows: false,
    isMapped: false,
  })),
  ...EXAMPLES.map((kind) => ({
    format: mappedFormat(exampleMapping(kind)),
    fixtures: new URL(`../../src/formats/mapped/fixtures/${kind}/`, import.meta.url),
    hasRows: kind !== 'json',
    isMapped: true,
  })),
];

export function exampleMapping(kind: (typeof EXAMPLES)[number]): FormatMapping {
  const file = new URL(`../../src/formats/mapped/fixtures/${kind}.yaml`, import.meta.url);
  return FormatMapping.parse(parse(readFileSync(file, 'utf8')));
}
