/**
 * An SPDX document says in any order what it is about, what is in it and what is known of that. It is read up to three
 * times: for what surrounds the entries, for the packages they name, and for the entries.
 */
import type { JsonPath } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import { firstCharacter } from '../first-character.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject } from '../loose-values.ts';
import type { SbomSubject } from '../sbom-subject.ts';
import { readJsonDocument } from './json-document.ts';
import type { SpdxEvent } from './spdx-events.ts';
import { Survey, subjectIn } from './survey.ts';
import { readTagValueDocument } from './tag-value-document.ts';
import { advisoriesOf } from './version-2.ts';
import { identifierOf, type KnownPackage, knownPackageOf, typeOf } from './version-3.ts';

/** SPDX documents 2.x as JSON and tags, 3.0 as JSON: inventories, and what they know of vulnerabilities. */
export const spdx: Format = { kind: 'spdx', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root === 'other') return /^SPDXVersion:\s*SPDX-\d/m.test(text) && !text.trimStart().startsWith('<');
  if (root !== 'object') return false;
  if (members.has('spdxVersion') || members.get('SPDXID') === 'SPDXRef-DOCUMENT') return true;
  if (members.has('@graph') || members.has('@context'))
    return text.includes('spdx.org/rdf/') || /"spdxId"\s*:/.test(text);
  const isDocument = ['packages', 'files', 'relationships', 'sbom'].some((name) => members.has(name));
  return isDocument && /"(?:SPDXID|spdxElementId)"\s*:\s*"SPDXRef-/.test(text);
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const isJson = /[{[]/.test(await firstCharacter(file));
  const events = (): AsyncGenerator<SpdxEvent> =>
    isJson ? readJsonDocument(file) : readTagValueDocument(file);
  const survey = new Survey();
  for await (const event of events()) survey.add(event);
  const { subject, packages } = await lookUp(events, survey);
  const part: PartIdentity = { index: 0, tool: survey.tool, category: '', asset: subject?.asset };
  const around = { subjectVersion: subject?.version, issuer: survey.issuer };
  const batch = new EntryBatch();
  if (survey.entries > 0) {
    for await (const event of events()) {
      if (event.kind === 'package') addAdvisories(event.value, event.path, subject?.version, batch);
      const element = event.kind === 'element' ? asObject(event.value) : undefined;
      if (event.kind === 'element' && element !== undefined && typeOf(element) === 'security_vulnerability')
        batch.add(event.path, survey.graph.observationOf(element, packages, around));
      yield* batch.full(part);
    }
  }
  yield batch.take(part);
  const isInventory = survey.entries === 0;
  return {
    parts: [
      {
        ...part,
        assets: [],
        observedAt: survey.createdAt,
        classes: ['vulnerability'],
        inventory: isInventory,
        complete: isInventory,
        reasons: isInventory ? [] : reasonsOf(survey),
        extra: { packages: survey.packages, securityReferences: survey.securityReferences },
      },
    ],
  };
}

/** What an SBOM does not mention, nobody has looked for. */
function reasonsOf({ mayBeCutOff }: Survey): readonly string[] {
  return [
    'it is an SBOM: it names vulnerabilities that its author knew of, and is no scan for them',
    ...(mayBeCutOff ? ['a document of tags does not show where it ends, so it may have been cut off'] : []),
  ];
}

/** What the document is about, and the packages that its vulnerabilities are in. */
async function lookUp(
  events: () => AsyncGenerator<SpdxEvent>,
  survey: Survey,
): Promise<{ subject: SbomSubject | undefined; packages: ReadonlyMap<string, KnownPackage> }> {
  const named = survey.graph.packagesNamed();
  // Asked once: it is found by a walk through all collections.
  const { subject: described } = survey;
  const packages = new Map<string, KnownPackage>();
  let subject: SbomSubject | undefined;
  if (described === undefined && named.size === 0) return { subject, packages };
  for await (const event of events()) {
    if (described !== undefined) subject ??= subjectIn(event, described);
    const element = event.kind === 'element' ? asObject(event.value) : undefined;
    const id = element === undefined ? undefined : identifierOf(element);
    if (element === undefined || id === undefined || !named.has(id)) continue;
    const known = knownPackageOf(element);
    if (known !== undefined) packages.set(id, known);
  }
  return { subject, packages };
}

function addAdvisories(
  value: unknown,
  path: JsonPath,
  subjectVersion: string | undefined,
  batch: EntryBatch,
): void {
  for (const [at, read] of advisoriesOf(value, subjectVersion).entries())
    batch.add([...path, 'advisories', at], read);
}
