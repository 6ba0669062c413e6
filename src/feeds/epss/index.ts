import { GatehouseError } from '../../domain/errors.ts';
import type { IntelligenceFact } from '../../domain/intelligence.ts';
import type { Rejected } from '../../domain/statement.ts';
import { type Line, linesOf } from '../../platform/lines.ts';
import {
  BATCH_SIZE,
  type Feed,
  type FeedBatch,
  type FeedFacts,
  type FeedFile,
  type FeedHead,
} from '../feed.ts';

/** The daily CSV of the Exploit Prediction Scoring System (FIRST), https://www.first.org/epss/data_stats. */
export const epss: Feed = {
  kind: 'epss',
  about: 'how likely each vulnerability is to be exploited within 30 days',
  detect,
  read,
};

const HEADER = /^"?cve"?,"?epss"?,"?percentile"?(,"?date"?)?$/i;

function detect({ text }: FeedHead): boolean {
  const first = text.split(/\r?\n/, 3).find((line) => !line.startsWith('#'));
  return first !== undefined && HEADER.test(first.trim());
}

interface Told {
  readonly publishedAt: number;
  readonly hasDates: boolean;
}

async function* read(file: FeedFile): AsyncGenerator<FeedBatch, FeedFacts> {
  let publishedAt = file.receivedAt;
  let isAnyRead = false;
  for await (const { bytes } of file.documents()) {
    let told: Told | undefined;
    let facts: IntelligenceFact[] = [];
    let rejected: Rejected[] = [];
    for await (const line of linesOf(bytes)) {
      if (line.text.startsWith('#')) {
        publishedAt = scoreDateOf(line.text) ?? publishedAt;
        continue;
      }
      if (told === undefined) {
        told = { publishedAt, hasDates: HEADER.exec(line.text.trim())?.[1] !== undefined };
        if (!HEADER.test(line.text.trim()))
          throw new GatehouseError(
            'input-invalid',
            `line ${line.number}: this is no EPSS file: its columns are not cve,epss,percentile`,
          );
        continue;
      }
      if (line.text.trim() === '') continue;
      const fact = factOf(line, told);
      if (typeof fact === 'string') rejected.push({ at: `line ${line.number}`, reason: fact });
      else facts.push(fact);
      isAnyRead ||= typeof fact !== 'string';
      if (facts.length + rejected.length < BATCH_SIZE) continue;
      yield { facts, advisories: [], rejected };
      [facts, rejected] = [[], []];
    }
    if (told === undefined) throw new GatehouseError('input-invalid', 'this is no EPSS file: it is empty');
    yield { facts, advisories: [], rejected };
  }
  if (!isAnyRead)
    throw new GatehouseError('input-invalid', 'the file has no score that can be read; fetch it again');
  return { publishedAt };
}

/** `#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z`; older ones say `+0000`. */
function scoreDateOf(comment: string): number | undefined {
  const [, date] = /score_date:\s*([^,\s]+)/.exec(comment) ?? [];
  const at = date === undefined ? Number.NaN : Date.parse(date.replace(/\+0000$/, 'Z'));
  return Number.isNaN(at) ? undefined : at;
}

const ROW = /^"?(CVE-\d{4}-\d{4,})"?,([\d.eE+-]+),([\d.eE+-]+)(?:,([^,]*))?$/i;

function factOf({ text, number, isEnded }: Line, { publishedAt, hasDates }: Told): IntelligenceFact | string {
  const [, name, probability, percentile, date] = ROW.exec(text.trim()) ?? [];
  if (name === undefined) {
    if (!isEnded) throw new GatehouseError('input-invalid', `line ${number}: the file ends too early`);
    return 'this is no CVE with a probability and a percentile';
  }
  const value = { probability: Number(probability), percentile: Number(percentile) };
  if (![value.probability, value.percentile].every((share) => share >= 0 && share <= 1))
    return `${name}: a probability and a percentile are between 0 and 1`;
  if (!hasDates || date === undefined || date === '')
    return { kind: 'epss', name, validAt: publishedAt, value };
  const validAt = Date.parse(date);
  return Number.isNaN(validAt)
    ? `${name}: '${date.slice(0, 40)}' is no date`
    : { kind: 'epss', name, validAt, value };
}
