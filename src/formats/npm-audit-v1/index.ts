import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, isPrototypeName, objectOf } from '../loose-values.ts';
import { assertNoNpmError, countedBy, isNpmError, NPM_AUDIT, notListed } from '../npm-advisory.ts';
import { advisoryOf, pathCountOf } from './records.ts';

const ADVISORIES = 'advisories.*';
const MUTED = 'muted[*]';
const ITEMS = [ADVISORIES, MUTED, 'actions[*]'];

const PART: PartIdentity = { index: 0, tool: NPM_AUDIT, category: '', asset: undefined };

/** What `npm audit --json` of npm 6 writes, and `pnpm audit --json`. */
export const npmAuditV1: Format = { kind: 'npm-audit-v1', detect, read };

const BESIDE = ['actions', 'muted', 'metadata', 'runId'];

function detect({ text, outline, json }: ScanHead): boolean {
  const { root, members } = outline;
  if (root !== 'object') return false;
  if (members.has('advisories')) {
    return BESIDE.some((name) => members.has(name)) || /"module_name"\s*:/.test(text);
  }
  // What to do comes first, and goes on for thousands of lines where a package is reached in many ways.
  if (members.has('actions') && /"resolves"\s*:\s*\[/.test(text)) return true;
  // Cut short by whoever wrote it: it is refused, and by name.
  if (members.has('actions') && members.has('muted')) return true;
  // What npm of any version writes where it could not audit.
  return members.has('error') && isNpmError(asObject(json));
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const extra = { findingPaths: 0, muted: 0 };
  let [advisories, counted] = [0, 0];
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document') counted = assertAudit(event.value);
    if (event.kind !== 'item') continue;
    if (event.pattern === MUTED) extra.muted++;
    if (event.pattern !== ADVISORIES) continue;
    const key = String(event.path.at(-1));
    const advisory = advisoryOf(event.value, key);
    if (typeof advisory === 'string' && isPrototypeName(key)) continue;
    batch.add(event.path, advisory);
    advisories++;
    extra.findingPaths += pathCountOf(event.value);
    yield* batch.full(PART);
  }
  if (batch.isNothingReadable) throw refused('nothing in its advisories is one');
  yield batch.take(PART);
  const isWhole = advisories > 0 || counted === 0;
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
        extra,
      },
    ],
  };
}

/** The envelope must be npm's, or "nothing found" would be said of any file. */
function assertAudit(value: unknown): number {
  const document = asObject(value);
  if (document !== undefined) assertNoNpmError(document);
  if (objectOf(document, 'advisories') === undefined) throw refused('it has no advisories by id');
  return countedBy(document);
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no audit of npm 6: ${reason}`);
}
