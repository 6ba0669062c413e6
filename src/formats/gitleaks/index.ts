import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { leakOf, TOOL } from './records.ts';

const LEAKS = '[*]';

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What `gitleaks … --report-format json` writes. */
export const gitleaks: Format = { kind: 'gitleaks', detect, read };

function detect({ outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root !== 'array') return false;
  const has = (...names: string[]): boolean => names.every((name) => members.has(name));
  if (has('RuleID') && ['Secret', 'Match', 'Fingerprint'].some((name) => has(name))) return true;
  if (has('File', 'StartLine', 'Secret')) return true;
  return has('offender', 'file') && (has('rule') || has('reason') || has('commit'));
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  for await (const event of streamJson(file.open(), { items: [LEAKS] })) {
    if (event.kind === 'item') batch.add(event.path, leakOf(event.value));
    // A repository without leaks is an empty list, and null to versions before 8.
    const isReport = event.kind !== 'document' || Array.isArray(event.value) || event.value === null;
    if (!isReport) throw refused('it is no list');
    yield* batch.full(PART);
  }
  if (batch.isNothingReadable) throw refused('nothing in its list is a leak');
  yield batch.take(PART);
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: undefined,
        classes: ['secret'],
        inventory: false,
        complete: true,
        reasons: [],
        extra: {},
      },
    ],
  };
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no report of Gitleaks: ${reason}`);
}
