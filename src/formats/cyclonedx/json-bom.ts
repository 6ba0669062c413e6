import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import type { ScanFile } from '../format.ts';
import { asObject, type JsonObject, shortened, textOf } from '../loose-values.ts';
import type { BomEvent } from './bom-events.ts';

const KINDS: ReadonlyMap<string, 'component' | 'service' | 'vulnerability'> = new Map([
  ['components[*]', 'component'],
  ['services[*]', 'service'],
  ['vulnerabilities[*]', 'vulnerability'],
]);

/** Read one by one only to be let go: a BOM may hold millions. */
const PASSED_OVER = ['dependencies[*]', 'compositions[*]', 'annotations[*]', 'formulation[*]'];

const ITEMS = [...KINDS.keys(), ...PASSED_OVER];

export async function* readJsonBom(file: ScanFile): AsyncGenerator<BomEvent> {
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document') yield { kind: 'envelope', value: envelopeOf(event.value) };
    if (event.kind !== 'item') continue;
    const kind = KINDS.get(event.pattern);
    if (kind !== undefined) yield { kind, path: event.path, value: event.value };
  }
}

/** It must be CycloneDX's, or "nothing found" would be said of any file. */
function envelopeOf(document: unknown): JsonObject {
  const bom = asObject(document);
  const format = textOf(bom, 'bomFormat');
  if (bom === undefined || format === undefined)
    throw new GatehouseError('input-invalid', 'this is no CycloneDX BOM: it has no bomFormat');
  if (format !== 'CycloneDX')
    throw new GatehouseError(
      'input-invalid',
      `this is no CycloneDX BOM: its bomFormat is ${shortened(format)}`,
    );
  for (const name of ['components', 'services', 'vulnerabilities']) {
    const list = bom[name];
    if (list !== undefined && list !== null && !Array.isArray(list))
      throw new GatehouseError('input-invalid', `this is no CycloneDX BOM: its ${name} are not a list`);
  }
  return bom;
}
