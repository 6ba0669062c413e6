import { GatehouseError } from '../../domain/errors.ts';
import type { AssetRef, FindingClass } from '../../domain/statement.ts';
import { type JsonPath, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, isPrototypeName, textOf, timeOf } from '../loose-values.ts';
import { findingOf, TOOL } from './records.ts';

/** A reply has its findings in an object; `--query findings` gives the list alone. */
const ITEMS = ['findings[*]', '[*]'];

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What `aws inspector2 list-findings` and Inspector's exports to JSON write, and what EventBridge sends of a finding. */
export const awsInspector: Format = { kind: 'aws-inspector', detect, read };

const EVENT = 'Inspector2 Finding';
const DETAILS = ['packageVulnerabilityDetails', 'networkReachabilityDetails', 'codeVulnerabilityDetails'];

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root === 'array') return members.has('findingArn') && DETAILS.some((name) => members.has(name));
  if (root !== 'object') return false;
  if (members.get('detail-type') === EVENT) return members.has('detail');
  if (members.has('findingArn')) return DETAILS.some((name) => members.has(name));
  if (!members.has('findings')) return false;
  return (
    /"findingArn"\s*:\s*"arn:[\w-]+:inspector2:/.test(text) ||
    DETAILS.some((name) => text.includes(`"${name}"`))
  );
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const reader = new FindingReader();
  const reasons: string[] = [];
  let observedAt: number | undefined;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'item') reader.add(event.path, event.value);
    if (event.kind === 'document') {
      const alone = reader.findings === 0 ? aloneOf(event.value) : undefined;
      if (alone !== undefined) {
        reader.add(alone.path, alone.finding);
        observedAt = alone.toldAt;
        reasons.push('it is one finding alone');
      } else if (hasMoreOf(event.value, reader.findings === 0))
        reasons.push('the file is one page of several: it has a nextToken');
    }
    yield* reader.batch.full(PART);
  }
  if (reader.batch.isNothingReadable) throw refused('nothing in its list of findings is one');
  yield reader.batch.take(PART);
  return { parts: [{ ...PART, ...reader.facts(), observedAt, complete: reasons.length === 0, reasons }] };
}

class FindingReader {
  readonly batch = new EntryBatch();
  findings = 0;
  readonly #classes = new Set<FindingClass>();
  #suppressed = 0;

  add(path: JsonPath, value: unknown): void {
    this.findings++;
    const read = findingOf(value);
    if (typeof read === 'string') {
      this.batch.reject(path, read);
      return;
    }
    for (const observation of read) {
      this.#classes.add(observation.class);
      this.batch.add(path, observation);
    }
    if (read.some(({ setAside }) => setAside.length > 0)) this.#suppressed++;
  }

  facts() {
    const classes: readonly FindingClass[] =
      this.#classes.size === 0 ? ['vulnerability'] : [...this.#classes];
    const assets: readonly AssetRef[] = [];
    return {
      assets,
      classes,
      inventory: false,
      extra: { findings: this.findings, suppressed: this.#suppressed },
    };
  }
}

interface Alone {
  readonly path: JsonPath;
  readonly finding: unknown;
  /** When the event was sent. */
  readonly toldAt: number | undefined;
}

/** What EventBridge sends about a finding, or the finding itself. */
function aloneOf(value: unknown): Alone | undefined {
  const document = asObject(value);
  if (document === undefined) return undefined;
  if (textOf(document, 'detail-type') === EVENT)
    return { path: ['detail'], finding: document.detail, toldAt: timeOf(document, 'time') };
  const isFinding = DETAILS.some((name) => Object.hasOwn(document, name));
  return isFinding ? { path: [], finding: document, toldAt: timeOf(document, 'updatedAt') } : undefined;
}

/** The envelope must be Inspector's, or "nothing found" would be said of any file. */
function hasMoreOf(value: unknown, isEmpty: boolean): boolean {
  if (Array.isArray(value)) return false;
  const reply = asObject(value);
  if (reply === undefined || !Array.isArray(reply.findings)) throw refused('it has no list of findings');
  const isForeign = Object.keys(reply).some((name) => !KNOWN.has(name) && !isPrototypeName(name));
  if (isEmpty && isForeign) throw refused('it has no findings, and more than a list of them');
  return textOf(reply, 'nextToken') !== undefined || textOf(reply, 'NextToken') !== undefined;
}

const KNOWN: ReadonlySet<string> = new Set([
  'findings',
  'nextToken',
  'NextToken',
  'ResponseMetadata',
  '$metadata',
]);

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no list of Amazon Inspector: ${reason}`);
}
