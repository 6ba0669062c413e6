/** VEX documents into the store, and what they say to the gate. */
import { GatehouseError } from '../domain/errors.ts';
import type { VexStatement } from '../domain/vex.ts';
import { statementsOf } from '../normalise/vex.ts';
import { openBytes } from '../platform/file-bytes.ts';
import { streamJson } from '../platform/json-stream.ts';
import type { ReadableFile } from '../platform/spooled-file.ts';
import type { Store, StoreReader } from '../store/store.ts';
import type { VexDialect } from '../vex/dialect.ts';
import type { ImportedFile } from './import.ts';

export interface VexJob {
  readonly store: Pick<Store, 'writer'>;
  readonly dialect: VexDialect;
  readonly file: Pick<ReadableFile, 'name' | 'path'>;
  readonly now: number;
}

/** What it states counts as observations, as of any file; findings it makes none. Throws `input-invalid`. */
export async function importVex({ store, dialect, file, now }: VexJob): Promise<ImportedFile> {
  const { document, statements, bySeverity, vulnerabilities, rejected } = dialect.read(
    await documentIn(file.path),
    now,
  );
  const outcome = await store.writer.recordVex(document, now);
  const changes = { created: 0, updated: 0, unchanged: 0, reopened: 0, closed: 0 };
  const source = `vex:${document.issuer}`;
  const outdated = 'a newer revision of this document is known, so it changes nothing';
  const run = {
    source,
    state: rejected.length > 0 ? ('partial' as const) : ('complete' as const),
    assets: [],
    observedAt: document.validAt,
    reasons: outcome === 'outdated' ? [outdated] : [],
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

async function documentIn(path: string): Promise<unknown> {
  for await (const event of streamJson(openBytes(path), { items: [] }))
    if (event.kind === 'document') return event.value;
  throw new GatehouseError('input-invalid', `${path} is no JSON document`);
}

/** What holds now of all documents in the store. */
export async function vexFromDocuments(reader: StoreReader, now: number): Promise<readonly VexStatement[]> {
  return statementsOf(await reader.vexDocuments(), now);
}
