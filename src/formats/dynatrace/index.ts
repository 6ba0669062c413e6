import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, type JsonObject, numberOf, objectOf, shortened, textOf } from '../loose-values.ts';
import { problemOf, TOOL } from './records.ts';

const ITEMS = ['securityProblems[*]', '[*].securityProblems[*]'];

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What Dynatrace's API answers about security problems: a page of the list, several pages, or one problem. */
export const dynatrace: Format = { kind: 'dynatrace', detect, read };

function detect({ outline }: ScanHead): boolean {
  const { members } = outline;
  return members.has('securityProblems') || members.has('securityProblemId');
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const pages = new Pages();
  const counts = { open: 0, resolved: 0, muted: 0 };
  const add = (path: readonly (string | number)[], value: unknown): void => {
    const read = problemOf(value);
    batch.add(path, read);
    pages.problems++;
    if (typeof read === 'string') return;
    counts[read.life.state]++;
    if (read.setAside.length > 0) counts.muted++;
  };
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'item') add(event.path, event.value);
    else if (event.kind === 'end' && event.path.length === 1 && typeof event.path[0] === 'number') {
      if (pages.isPage(event.value)) pages.add(event.value);
      else {
        add(event.path, event.value);
      }
    } else if (event.kind === 'document' && !Array.isArray(event.value)) {
      const document = asObject(event.value);
      if (pages.isPage(document)) pages.add(document);
      else if (document?.securityProblemId !== undefined) {
        add([], document);
        pages.isOneProblem = true;
      } else throw refused(errorIn(document) ?? 'it has no list of securityProblems');
    }
    yield* batch.full(PART);
  }
  if (pages.count === 0 && (batch.isNothingReadable || pages.problems === 0)) {
    throw refused('nothing in its list is a security problem');
  }
  yield batch.take(PART);
  const reason = pages.missing;
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: undefined,
        classes: ['vulnerability', 'code'],
        inventory: false,
        complete: reason === undefined,
        reasons: reason === undefined ? [] : [reason],
        extra: counts,
      },
    ],
  };
}

/** Whether the pages that are there are all there are. */
class Pages {
  count = 0;
  problems = 0;
  isOneProblem = false;
  #total = 0;
  #isLastMissing = false;

  isPage(value: unknown): boolean {
    return Array.isArray(asObject(value)?.securityProblems);
  }

  add(value: unknown): void {
    const page = asObject(value);
    this.count++;
    this.#total = Math.max(this.#total, numberOf(page, 'totalCount') ?? 0);
    this.#isLastMissing = textOf(page, 'nextPageKey') !== undefined;
  }

  get missing(): string | undefined {
    if (this.isOneProblem) return 'it is one security problem alone';
    if (this.problems < this.#total)
      return `it has ${this.problems} of ${this.#total} security problems; import all pages as one list`;
    return this.#isLastMissing
      ? 'there are more security problems than this page has (nextPageKey)'
      : undefined;
  }
}

function errorIn(document: JsonObject | undefined): string | undefined {
  const message = textOf(objectOf(document, 'error'), 'message');
  return message === undefined ? undefined : `Dynatrace answered with an error: ${shortened(message)}`;
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `these are no security problems of Dynatrace: ${reason}`);
}
