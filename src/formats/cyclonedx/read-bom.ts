import { firstCharacter } from '../first-character.ts';
import type { ScanFile } from '../format.ts';
import type { BomEvent } from './bom-events.ts';
import { readJsonBom } from './json-bom.ts';
import { readXmlBom } from './xml-bom.ts';

/** Reads the BOM once, in whichever of its two spellings it is written. */
export async function* readBom(file: ScanFile): AsyncGenerator<BomEvent> {
  if ((await firstCharacter(file)) === '<') yield* readXmlBom(file);
  else yield* readJsonBom(file);
}
