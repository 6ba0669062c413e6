import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, countOf, type JsonObject, objectOf, shortened, textOf, timeOf } from '../loose-values.ts';
import { resultOf, TOOL } from './records.ts';

const RESULTS = 'results[*]';
const ERRORS = 'errors[*]';
/** Figures of every file, given one by one so that they are not kept. */
const METRICS = 'metrics.*';
const ITEMS = [RESULTS, ERRORS, METRICS];

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What `bandit -f json` writes. */
export const bandit: Format = { kind: 'bandit', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root !== 'object') return false;
  if (members.has('metrics') && /"(?:SEVERITY|CONFIDENCE)\.[A-Z]+"\s*:/.test(text)) return true;
  if (!members.has('results')) return false;
  return (
    (members.has('generated_at') && members.has('errors')) ||
    (/"test_id"\s*:/.test(text) && /"issue_(?:severity|text|confidence)"\s*:/.test(text))
  );
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const failures = new Failures();
  let ignoredLines = 0;
  let report: JsonObject = {};
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document') report = reportOf(event.value);
    if (event.kind !== 'item') continue;
    if (event.pattern === ERRORS) failures.add(event.value);
    else if (event.pattern === RESULTS) batch.add(event.path, resultOf(event.value));
    else if (event.path.at(-1) === '_totals') ignoredLines = countOf(asObject(event.value), 'nosec') ?? 0;
    yield* batch.full(PART);
  }
  if (batch.isNothingReadable && !Object.hasOwn(report, 'metrics')) {
    throw refused('nothing in its list of results is one');
  }
  yield batch.take(PART);
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: timeOf(report, 'generated_at'),
        classes: ['code'],
        inventory: false,
        complete: failures.count === 0,
        reasons: failures.reasons,
        extra: { errors: failures.count, ignoredLines },
      },
    ],
  };
}

const MOST_REASONS = 20;

/** Files that Bandit could not read: it says nothing of what is in them. */
class Failures {
  count = 0;
  readonly reasons: string[] = [];

  add(value: unknown): void {
    this.count++;
    if (this.reasons.length > MOST_REASONS) return;
    const error = asObject(value);
    const file = textOf(error, 'filename') ?? 'a file';
    const reason = textOf(error, 'reason') ?? 'no reason given';
    this.reasons.push(
      this.reasons.length === MOST_REASONS
        ? 'and more that could not be scanned'
        : shortened(`${file} was not scanned: ${reason}`),
    );
  }
}

/** The envelope must be Bandit's, or "nothing found" would be said of any file. */
function reportOf(value: unknown): JsonObject {
  const report = asObject(value);
  if (report === undefined || !Array.isArray(report.results)) throw refused('it has no list of results');
  if (objectOf(report, 'metrics') === undefined && !Object.hasOwn(report, 'generated_at')) {
    throw refused('it has neither metrics nor generated_at');
  }
  return report;
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no report of Bandit: ${reason}`);
}
