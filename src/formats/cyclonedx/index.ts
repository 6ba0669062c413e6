/**
 * A BOM says in any order what it is about, what is in it and what is wrong with that. It is read up to three times:
 * for what surrounds the entries and which components they name, for those components, and for the entries.
 */
import type { JsonPath } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, listOf, objectOf, textOf, timeOf } from '../loose-values.ts';
import { rootTagOf } from '../xml-head.ts';
import { issuerOf, subjectOfBom, toolsOf } from './bom.ts';
import {
  componentNamedBy,
  componentsIn,
  elementOf,
  type KnownComponent,
  knownComponentOf,
  referenceOf,
} from './components.ts';
import { readBom } from './read-bom.ts';
import { observationOn, type Surroundings, sharedPartOf } from './records.ts';
import { type Survey, surveyOf, targetsOf } from './survey.ts';
import { BOM_NAMESPACE } from './xml-bom.ts';

/** CycloneDX BOMs in JSON and XML, with their vulnerabilities or as inventories. */
export const cyclonedx: Format = { kind: 'cyclonedx', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  if (text.trimStart().startsWith('<')) {
    const root = rootTagOf(text);
    return root?.name === 'bom' && root.attributes.includes(BOM_NAMESPACE);
  }
  const { root, members } = outline;
  if (root !== 'object') return false;
  if (members.has('bomFormat')) return true;
  const isBom = members.has('components') || members.has('vulnerabilities') || members.has('metadata');
  return isBom && /"bom-ref"\s*:|"\$schema"\s*:\s*"[^"]*cyclonedx|"affects"\s*:\s*\[\s*\{\s*"ref"/.test(text);
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const survey = await surveyOf(file);
  const metadata = objectOf(survey.envelope, 'metadata');
  const subject = subjectOfBom(metadata);
  const part: PartIdentity = {
    index: 0,
    tool: toolsOf(metadata)[0] ?? 'CycloneDX',
    category: '',
    asset: subject?.asset,
  };
  const around = { subjectVersion: subject?.version, issuer: issuerOf(metadata) ?? part.tool };
  const batch = new EntryBatch();
  if (survey.vulnerabilities > 0) {
    const components = await namedComponents(file, survey);
    for await (const event of readBom(file)) {
      if (event.kind === 'vulnerability') addEntry(event.value, event.path, components, around, batch);
      if (event.kind === 'component') addEntriesWithin(event.value, event.path, around, batch);
      yield* batch.full(part);
    }
  }
  yield batch.take(part);
  const isEmpty = survey.vulnerabilities === 0;
  const isOpinion = !isEmpty && survey.components === 0 && survey.analysed === survey.vulnerabilities;
  const isInventory = isEmpty && !hasSearched(survey, part.tool);
  return {
    parts: [
      {
        ...part,
        assets: [],
        observedAt: timeOf(metadata, 'timestamp'),
        classes: ['vulnerability'],
        inventory: isInventory,
        complete: !isOpinion,
        reasons: isOpinion ? ['it is a VEX document: it speaks only of what it names'] : [],
        extra: {
          components: survey.components,
          vulnerabilities: survey.vulnerabilities,
          ...Object.fromEntries(survey.states),
        },
      },
    ],
  };
}

/** Tools whose empty list says that they looked; others, Trivy among them, write one without having looked. */
const SEARCHING = /^(?:grype|dependency-track|osv-scanner|jake|(?:owasp[- ])?dep-?scan)$/i;

function hasSearched({ envelope }: Survey, tool: string): boolean {
  if (Array.isArray(envelope.vulnerabilities)) return SEARCHING.test(tool);
  return hasNoList(textOf(envelope, 'specVersion')) && /^grype$/i.test(tool);
}

/** Before 1.4 each vulnerability stood in its component: no list could be empty, and Grype made no BOM but of a search. */
function hasNoList(specVersion: string | undefined): boolean {
  return /^1\.[0-3]$/.test(specVersion ?? '');
}

/** Those that the vulnerabilities name, also what the BOM is about. */
async function namedComponents(file: ScanFile, survey: Survey): Promise<Map<string, KnownComponent>> {
  const known = new Map<string, KnownComponent>();
  const add = (tree: unknown): void => {
    for (const component of componentsIn(tree)) {
      const reference = referenceOf(component);
      if (reference === undefined || !survey.named.has(reference) || known.has(reference)) continue;
      const read = knownComponentOf(component);
      if (read !== undefined) known.set(reference, read);
    }
  };
  add(objectOf(objectOf(survey.envelope, 'metadata'), 'component'));
  if (survey.named.size > known.size) {
    for await (const event of readBom(file)) {
      if (event.kind === 'component' || event.kind === 'service') add(event.value);
    }
  }
  return known;
}

/** One observation for each component that the entry names, one without component where it names none. */
function addEntry(
  value: unknown,
  path: JsonPath,
  components: ReadonlyMap<string, KnownComponent>,
  around: Surroundings,
  batch: EntryBatch,
): void {
  const shared = sharedPartOf(value, around);
  if (typeof shared === 'string') {
    batch.reject(path, shared);
    return;
  }
  const entry = asObject(value);
  const targets = targetsOf(entry);
  if (targets.length === 0) batch.add(path, observationOn(entry, undefined, shared, undefined, around));
  for (const [at, target] of targets.entries()) {
    const reference = textOf(asObject(target), 'ref');
    const element = reference === undefined ? undefined : elementOf(reference);
    const component =
      element === undefined ? undefined : (components.get(element) ?? componentNamedBy(element));
    batch.add(
      [...path, 'affects', at],
      reference === undefined
        ? 'the entry names no component (ref)'
        : observationOn(entry, asObject(target), shared, component, around),
    );
  }
}

/** What the extension of before version 1.4 says within the component it is about. */
function addEntriesWithin(tree: unknown, path: JsonPath, around: Surroundings, batch: EntryBatch): void {
  for (const component of componentsIn(tree)) {
    for (const [at, value] of listOf(component, 'vulnerabilities').entries()) {
      const shared = sharedPartOf(value, around);
      batch.add(
        [...path, 'vulnerabilities', at],
        typeof shared === 'string'
          ? shared
          : observationOn(asObject(value), undefined, shared, knownComponentOf(component), around),
      );
    }
  }
}
