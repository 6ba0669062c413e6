import type { AssetRef } from '../../domain/statement.ts';
import { type JsonPath, showPath, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead, ScanPart } from '../format.ts';
import { ReportedFailures } from '../reported-failures.ts';
import { checkOf, classOf, TOOL } from './records.ts';
import { ITEMS, type Reports, readReports } from './reports.ts';

/** What `checkov … -o json` writes: a report, or a list with one for each framework. */
export const checkov: Format = { kind: 'checkov', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root === 'other') return false;
  if (root === 'object' && members.has('checkov_version') && members.has('failed')) return true;
  const hasLists = /"(?:passed|failed|skipped)_checks"\s*:\s*\[/.test(text);
  if (members.has('check_type')) return hasLists || /"parsing_errors"\s*:/.test(text);
  return members.has('results') && hasLists && /"check_id"\s*:/.test(text);
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const reports = await readReports(file);
  const parts = new Map<string, FrameworkPart>();
  for (const framework of new Set(reports.frameworks.values()))
    parts.set(framework, new FrameworkPart(parts.size, framework));
  const [first] = parts.values();
  for (const path of reports.unreadable)
    first?.batch.reject(path, 'the report names no framework with results');
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind !== 'item') continue;
    const part = parts.get(reports.frameworks.get(showPath(event.path.slice(0, -3))) ?? '');
    if (part === undefined) continue;
    part.add(event.path, event.value);
    yield* part.batch.full(part.identity);
  }
  for (const [framework, part] of parts) {
    part.compareWith(reports.failed.get(framework) ?? 0);
    yield part.batch.take(part.identity);
  }
  return {
    parts: parts.size === 0 ? [nothingChecked(reports)] : [...parts.values()].map((part) => part.facts()),
  };
}

/** One framework: what it did not look for says nothing of the others. */
class FrameworkPart {
  readonly batch = new EntryBatch();
  readonly identity: PartIdentity;
  readonly #failures = new ReportedFailures();
  readonly #extra = { passed: 0, skipped: 0, parsingErrors: 0, licences: 0 };
  #failed = 0;
  readonly #framework: string;

  constructor(index: number, framework: string) {
    this.#framework = framework;
    this.identity = { index, tool: TOOL, category: framework, asset: undefined };
  }

  add(path: JsonPath, value: unknown): void {
    const list = path.at(-2);
    if (list === 'passed_checks') this.#extra.passed++;
    else if (list === 'skipped_checks') this.#extra.skipped++;
    else if (list === 'parsing_errors') {
      this.#extra.parsingErrors++;
      this.#failures.add(`${typeof value === 'string' ? value : 'a file'} could not be parsed`);
    } else {
      this.#failed++;
      const read = checkOf(value, this.#framework);
      if (read === undefined) this.#extra.licences++;
      else this.batch.add(path, read);
    }
  }

  /** Nothing is no answer where the summary counts something. A file cut down to some checks tells of these, as it says. */
  compareWith(failed: number): void {
    if (this.#failed === 0 && failed > 0)
      this.#failures.add(
        `the summary counts ${failed} failed checks and none is listed: they were taken out of the file`,
      );
  }

  facts(): ScanPart {
    return {
      ...this.identity,
      ...factsOf(this.#failures),
      classes: [classOf(this.#framework)],
      extra: this.#extra,
    };
  }
}

function factsOf(failures: ReportedFailures) {
  const assets: readonly AssetRef[] = [];
  return {
    assets,
    observedAt: undefined,
    inventory: false,
    complete: failures.count === 0,
    reasons: failures.reasons,
  };
}

/** Checkov writes only its summary where it found no file to check: that says nothing of what was found before. */
function nothingChecked({ isOnlySummary }: Reports): ScanPart {
  const failures = new ReportedFailures();
  if (isOnlySummary) failures.add('Checkov found nothing to check');
  return {
    index: 0,
    tool: TOOL,
    category: '',
    asset: undefined,
    ...factsOf(failures),
    classes: ['misconfiguration'],
    extra: { passed: 0, skipped: 0, parsingErrors: 0, licences: 0 },
  };
}
