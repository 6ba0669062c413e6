import { GatehouseError } from '../../domain/errors.ts';
import { linesOf } from '../../platform/lines.ts';
import type { ScanFile } from '../format.ts';
import type { SpdxEvent } from './spdx-events.ts';

/** Tags that begin something else than a package; what follows them is not of the package before. */
const OTHERS: ReadonlySet<string> = new Set([
  'FileName',
  'SnippetSPDXID',
  'LicenseID',
  'Reviewer',
  'Annotator',
]);

/** What a package's tags are called in JSON. */
const PACKAGE_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['PackageName', 'name'],
  ['SPDXID', 'SPDXID'],
  ['PackageVersion', 'versionInfo'],
  ['PackageFileName', 'packageFileName'],
  ['PrimaryPackagePurpose', 'primaryPackagePurpose'],
]);

interface Package {
  readonly members: Record<string, unknown>;
  readonly externalRefs: Record<string, unknown>[];
}

/** The lines of `Tag: value`; they end nowhere in particular, so that a file that was cut off looks like a whole one. */
export async function* readTagValueDocument(file: ScanFile): AsyncGenerator<SpdxEvent> {
  const document: Record<string, unknown> = {};
  const creators: string[] = [];
  const counts = { package: 0, relationship: 0 };
  let current: Package | 'other' | undefined;
  const packageEvent = ({ members, externalRefs }: Package): SpdxEvent => ({
    kind: 'package',
    path: ['packages', counts.package++],
    value: { ...members, externalRefs },
  });
  for await (const { tag, value } of tagsOf(file)) {
    if (tag === 'PackageName' || OTHERS.has(tag)) {
      if (typeof current === 'object') yield packageEvent(current);
      current = tag === 'PackageName' ? { members: {}, externalRefs: [] } : 'other';
    }
    if (tag === 'Relationship') {
      const [spdxElementId, relationshipType, relatedSpdxElement] = value.split(/\s+/);
      const path = ['relationships', counts.relationship++];
      yield { kind: 'relationship', path, value: { spdxElementId, relationshipType, relatedSpdxElement } };
    } else if (tag === 'Creator') creators.push(value);
    else if (tag === 'Created') document.creationInfo = { created: value, creators };
    else if (current === undefined) document[DOCUMENT_MEMBERS.get(tag) ?? tag] = value;
    else if (typeof current === 'object') addToPackage(current, tag, value);
  }
  if (typeof current === 'object') yield packageEvent(current);
  if (!Object.hasOwn(document, 'spdxVersion'))
    throw new GatehouseError('input-invalid', 'this is no SPDX document: it has no SPDXVersion');
  document.creationInfo ??= { creators };
  yield { kind: 'envelope', value: document, mayBeCutOff: true };
}

const DOCUMENT_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['SPDXVersion', 'spdxVersion'],
  ['DocumentName', 'name'],
  ['DocumentNamespace', 'documentNamespace'],
]);

function addToPackage({ members, externalRefs }: Package, tag: string, value: string): void {
  const name = PACKAGE_MEMBERS.get(tag);
  if (name !== undefined) members[name] = value;
  if (tag !== 'ExternalRef') return;
  const [referenceCategory, referenceType, referenceLocator] = value.split(/\s+/);
  externalRefs.push({ referenceCategory, referenceType, referenceLocator });
}

interface Tag {
  readonly tag: string;
  readonly value: string;
}

const OPENING = '<text>';
const CLOSING = '</text>';

/** Text between `<text>` and `</text>` may go over several lines, and may look like tags. */
async function* tagsOf(file: ScanFile): AsyncGenerator<Tag> {
  let open: { tag: string; since: number } | undefined;
  for await (const { text, number } of linesOf(file.open())) {
    if (open !== undefined) {
      if (text.includes(CLOSING)) open = undefined;
      continue;
    }
    const [, tag, rest] = /^\s*([A-Za-z]+):\s*(.*)$/.exec(text) ?? [];
    if (tag === undefined || rest === undefined) continue;
    if (rest.startsWith(OPENING) && !rest.includes(CLOSING)) open = { tag, since: number };
    // A long text is licence or prose: nothing that is read here.
    else yield { tag, value: rest.replace(OPENING, '').replace(CLOSING, '').trim() };
  }
  if (open !== undefined)
    throw new GatehouseError(
      'input-invalid',
      `the text of ${open.tag} in line ${open.since} does not end; the file is cut off`,
    );
}
