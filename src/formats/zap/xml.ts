/** ZAP's XML report says what its JSON says, with elements and attributes in place of members. */
import { GatehouseError } from '../../domain/errors.ts';
import { streamXml, type XmlElement, type XmlTag } from '../../platform/xml-stream.ts';
import type { ScanBatch, ScanFacts, ScanFile } from '../format.ts';
import type { JsonObject } from '../loose-values.ts';
import { AlertReader, factsOf, PART } from './alert-reader.ts';
import { siteOf } from './records.ts';

export const ROOT = 'OWASPZAPReport';
const ALERT = `${ROOT}/site/alerts/alertitem`;
const SITE_DEPTH = 1;

/** A site without alerts leaves no trace here: only those with alerts are spoken for. */
export async function* readXml(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const reader = new AlertReader();
  let count = 0;
  for await (const event of streamXml(file.open(), { items: [ALERT] })) {
    if (event.kind === 'document') {
      if (event.root.name !== ROOT)
        throw new GatehouseError('input-invalid', 'this is no report of ZAP: its root is none');
      yield reader.batch.take(PART);
      return { parts: [factsOf(attributesOf(event.root), reader)] };
    }
    const site = attributesOf(event.enclosing[SITE_DEPTH]);
    for (const instance of instancesOf(event.element)) reader.instance(membersOf(instance));
    reader.alert(['site', 'alertitem', count++], membersOf(event.element), siteOf(site));
    reader.site(['site'], site);
    yield* reader.batch.full(PART);
  }
  throw new Error('the XML stream ended without its document');
}

function instancesOf(alert: XmlElement): readonly XmlElement[] {
  return alert.children.filter(({ name }) => name === 'instances').flatMap(({ children }) => children);
}

/** As JSON names them: `host` is `@host`; the time of creation is a member there. */
function attributesOf(tag: XmlTag | undefined): JsonObject {
  const attributes = [...(tag?.attributes ?? [])];
  return Object.fromEntries(
    attributes.map(([name, value]) => [name === 'created' ? name : `@${name}`, value]),
  );
}

/** Elements that hold text only, and the tags, which are elements of elements. */
function membersOf(element: XmlElement): JsonObject {
  const members = element.children
    .filter(({ name }) => name !== 'instances')
    .map((child) => [child.name, child.name === 'tags' ? child.children.map(membersOf) : child.text.trim()]);
  return Object.fromEntries(members);
}
