import { GatehouseError } from '../../domain/errors.ts';
import type { FindingClass } from '../../domain/statement.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { outlineOf } from '../head-outline.ts';
import { asObject, isPrototypeName, textOf } from '../loose-values.ts';
import { findingOf, TOOL } from './records.ts';

/** A reply has its findings in an object; `--query findings` gives the list alone. */
const ITEMS = ['findings[*]', '[*]'];

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What `aws inspector2 list-findings` and Inspector's exports to JSON write. */
export const awsInspector: Format = { kind: 'aws-inspector', detect, read };

const DETAILS = ['packageVulnerabilityDetails', 'networkReachabilityDetails', 'codeVulnerabilityDetails'];

function detect({ text }: ScanHead): boolean {
  const { root, members } = outlineOf(text);
  if (root === 'array') return members.has('findingArn') && DETAILS.some((name) => members.has(name));
  if (root !== 'object' || !members.has('findings')) return false;
  return (
    /"findingArn"\s*:\s*"arn:[\w-]+:inspector2:/.test(text) ||
    DETAILS.some((name) => text.includes(`"${name}"`))
  );
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const classes = new Set<FindingClass>();
  let findings = 0;
  let suppressed = 0;
  let hasMore = false;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document') hasMore = hasMoreOf(event.value, findings === 0);
    if (event.kind !== 'item') continue;
    findings++;
    const read = findingOf(event.value);
    if (typeof read === 'string') batch.reject(event.path, read);
    else {
      for (const observation of read) {
        classes.add(observation.class);
        batch.add(event.path, observation);
      }
      if (read.some(({ setAside }) => setAside.length > 0)) suppressed++;
    }
    yield* batch.full(PART);
  }
  if (batch.isNothingReadable) throw refused('nothing in its list of findings is one');
  yield batch.take(PART);
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: undefined,
        classes: classes.size === 0 ? ['vulnerability'] : [...classes],
        inventory: false,
        complete: !hasMore,
        reasons: hasMore ? ['the file is one page of several: it has a nextToken'] : [],
        extra: { findings, suppressed },
      },
    ],
  };
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
