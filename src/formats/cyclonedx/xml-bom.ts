import { GatehouseError } from '../../domain/errors.ts';
import { streamXml, type XmlElement } from '../../platform/xml-stream.ts';
import type { ScanFile } from '../format.ts';
import { asObject, type JsonObject } from '../loose-values.ts';
import type { BomEvent } from './bom-events.ts';

/** Of the BOM itself, and of the extension that brought vulnerabilities before version 1.4 had them. */
const NAMESPACE = 'http://cyclonedx.org/schema/';
export const BOM_NAMESPACE = `${NAMESPACE}bom/`;

const METADATA = 'bom/metadata';
const KINDS: ReadonlyMap<string, readonly ['component' | 'service' | 'vulnerability', list: string]> =
  new Map([
    ['bom/components/component', ['component', 'components']],
    ['bom/services/service', ['service', 'services']],
    ['bom/vulnerabilities/vulnerability', ['vulnerability', 'vulnerabilities']],
  ]);

export async function* readXmlBom(file: ScanFile): AsyncGenerator<BomEvent> {
  const counts = new Map<string, number>();
  let metadata: JsonObject | undefined;
  for await (const event of streamXml(file.open(), { items: [METADATA, ...KINDS.keys()] })) {
    if (event.kind === 'document') {
      if (event.root.name !== 'bom' || !event.root.namespace.startsWith(BOM_NAMESPACE))
        throw new GatehouseError('input-invalid', 'this is no CycloneDX BOM: its root element is none');
      // An empty list is a word of its own: there are none.
      const vulnerabilities = event.sections.has('vulnerabilities') ? [] : undefined;
      const specVersion = event.root.namespace.slice(BOM_NAMESPACE.length);
      yield { kind: 'envelope', value: { specVersion, metadata, vulnerabilities } };
      continue;
    }
    if (event.pattern === METADATA) metadata = asObject(jsonOf(event.element));
    const [kind, list] = KINDS.get(event.pattern) ?? [];
    if (kind === undefined || list === undefined) continue;
    const index = counts.get(list) ?? 0;
    counts.set(list, index + 1);
    yield { kind, path: [list, index], value: jsonOf(event.element) };
  }
}

const LISTS: ReadonlySet<string> = new Set([
  'advisories',
  'affects',
  'authors',
  'components',
  'occurrences',
  'properties',
  'ratings',
  'references',
  'services',
  'tools',
  'versions',
  'vulnerabilities',
]);

/** As the same BOM has it in JSON: lists without their wrappers, attributes as members, a lone text as itself. */
function jsonOf(element: XmlElement): unknown {
  const children = element.children.filter(({ namespace }) => namespace.startsWith(NAMESPACE));
  if (LISTS.has(element.name) && !children.some(({ name }) => LISTS.has(name))) return children.map(jsonOf);
  if (children.length === 0 && element.attributes.size === 0) return element.text;
  const text = element.text.trim();
  return Object.fromEntries([
    ...element.attributes,
    ...children.map((child) => [child.name, jsonOf(child)] as const),
    ...(text === '' ? [] : [['value', text] as const]),
  ]);
}
