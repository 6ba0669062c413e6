import { GatehouseError } from '../../domain/errors.ts';
import { type JsonItem, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, isPrototypeName, numberOf, objectOf } from '../loose-values.ts';
import { assertNoNpmError, countedBy, NPM_AUDIT, notListed } from '../npm-advisory.ts';
import { advisoriesOf, advisoryKeyOf, advisoryOf } from './records.ts';

const ITEMS = ['vulnerabilities.*'];
const MOST_ADVISORIES = 1_000_000;

const PART: PartIdentity = { index: 0, tool: NPM_AUDIT, category: '', asset: undefined };

/** What `npm audit --json` of npm 7 and later writes. */
export const npmAuditV2: Format = { kind: 'npm-audit-v2', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root !== 'object') return false;
  if (members.has('auditReportVersion')) return true;
  return members.has('vulnerabilities') && /"via"\s*:/.test(text) && /"effects"\s*:/.test(text);
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const seen = new Set<string>();
  let [packages, counted] = [0, 0];
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document') counted = assertAudit(event.value);
    if (event.kind !== 'item') continue;
    if (isPrototypeName(event.path.at(-1)) && !isPackage(event.value)) continue;
    packages++;
    addPackage(event, seen, batch);
    yield* batch.full(PART);
  }
  if (batch.isNothingReadable) throw refused('nothing in its vulnerabilities is one');
  yield batch.take(PART);
  const isWhole = packages > 0 || counted === 0;
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: undefined,
        classes: ['vulnerability'],
        inventory: false,
        complete: isWhole,
        reasons: isWhole ? [] : [notListed(counted)],
        extra: { vulnerablePackages: packages },
      },
    ],
  };
}

function addPackage({ path, value }: JsonItem, seen: Set<string>, batch: EntryBatch): void {
  const entry = asObject(value);
  if (entry === undefined || !isPackage(entry)) {
    batch.reject(path, 'the package does not say through what it is vulnerable (via)');
    return;
  }
  batch.isReadable();
  for (const { index, value: advisory } of advisoriesOf(entry)) {
    const key = advisoryKeyOf(advisory);
    const read = advisoryOf(advisory, entry, String(path.at(-1)));
    if (typeof read !== 'string') {
      if (seen.has(key)) continue;
      if (seen.size >= MOST_ADVISORIES) throw refused(`it has more than ${MOST_ADVISORIES} advisories`);
      seen.add(key);
    }
    batch.add([...path, 'via', index], read);
  }
}

function isPackage(value: unknown): boolean {
  return Array.isArray(asObject(value)?.via);
}

/** The envelope must be npm's, or "nothing found" would be said of any file. */
function assertAudit(value: unknown): number {
  const document = asObject(value);
  if (document !== undefined) assertNoNpmError(document);
  const version = numberOf(document, 'auditReportVersion');
  if (version !== undefined && version !== 2) throw refused(`it is version ${version}; only 2 is read`);
  if (objectOf(document, 'vulnerabilities') === undefined)
    throw refused('it has no vulnerabilities by package');
  return countedBy(document);
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no audit of npm 7 or later: ${reason}`);
}
