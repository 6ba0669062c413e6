/** VEX documents into the store, and what they say to the gate. */
import { GatehouseError } from '../domain/errors.ts';
import type { VexStatement } from '../domain/vex.ts';
import type { VexDocument } from '../domain/vex-document.ts';
import { statementsOf } from '../normalise/vex.ts';
import { openBytes } from '../platform/file-bytes.ts';
import { streamJson } from '../platform/json-stream.ts';
import type { ReadableFile } from '../platform/spooled-file.ts';
import type { Store, StoreReader } from '../store/store.ts';
import type { VexDialect } from '../vex/dialect.ts';
import { notAhead } from './dated-ahead.ts';
import type { ImportedFile } from './import.ts';

export interface VexJob {
  readonly store: Pick<Store, 'writer' | 'reader'>;
  readonly dialect: VexDialect;
  readonly file: Pick<ReadableFile, 'name' | 'path'>;
  readonly now: number;
}

/** What it states counts as observations, as of any file; findings it makes none. Throws `input-invalid`. */
export async function importVex({ store, dialect, file, now }: VexJob): Promise<ImportedFile> {
  const { document: stated, ...read } = dialect.read(await documentIn(file.path), now);
  const { statements, bySeverity, vulnerabilities, rejected } = read;
  const document = { ...stated, validAt: await datedAs(store.reader, stated, now) };
  const outcome = await store.writer.recordVex(document, now);
  const changes = { created: 0, updated: 0, unchanged: 0, reopened: 0, closed: 0 };
  const source = `vex:${document.issuer}`;
  const outdated = 'a newer revision of this document is known, so it changes nothing';
  const ahead = `the document is dated ${new Date(stated.validAt).toISOString()}, which is still to come: the next one revises it; what it dates so counts from then on`;
  const run = {
    source,
    state: rejected.length > 0 ? ('partial' as const) : ('complete' as const),
    assets: [],
    observedAt: document.validAt,
    reasons: [
      ...(outcome === 'outdated' ? [outdated] : []),
      ...(stated.validAt === document.validAt ? [] : [ahead]),
    ],
    rejects: rejected,
  };
  return {
    file: file.name,
    format: dialect.kind,
    observations: statements,
    findings: 0,
    vulnerabilities,
    bySeverity,
    rejected: rejected.length,
    changes: { ...changes, [outcome === 'outdated' ? 'unchanged' : outcome]: statements },
    isInventory: true,
    runs: [run],
  };
}

/** A clock that was set back would make a revision older than the one before it: it comes after that. */
async function datedAs(
  reader: StoreReader,
  { issuer, id, validAt }: VexDocument,
  now: number,
): Promise<number> {
  if (notAhead(validAt, now) === validAt) return validAt;
  const known = await reader.vexDocuments();
  const before = known.find((one) => one.issuer === issuer && one.id === id)?.validAt ?? now;
  return notAhead(validAt, Math.max(now, before + 1));
}

async function documentIn(path: string): Promise<unknown> {
  for await (const event of streamJson(openBytes(path), { items: [] }))
    if (event.kind === 'document') return event.value;
  throw new GatehouseError('input-invalid', `${path} is no JSON document`);
}

/** What holds now of all documents in the store. */
export async function vexFromDocuments(reader: StoreReader, now: number): Promise<readonly VexStatement[]> {
  return statementsOf(await reader.vexDocuments(), now);
}
