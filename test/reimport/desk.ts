/** Imports documents as the command line does, into a store in memory. */
import { writeFile } from 'node:fs/promises';
import { type ImportedFile, importScan } from '../../src/flows/import.ts';
import type { ScanOptions } from '../../src/flows/read-scan.ts';
import { readableFile } from '../../src/platform/spooled-file.ts';
import { openMemoryStore } from '../../src/store/sqlite/memory.ts';
import type { Store } from '../../src/store/store.ts';
import { makeFolder } from '../support/cli.ts';
import type { Scan, Writer } from './writer.ts';

export interface Desk extends AsyncDisposable {
  readonly store: Store;
  import(text: string, options: ScanOptions): Promise<ImportedFile>;
}

/** The first moment of its clock, which moves on by an hour with each import. */
export const DESK_OPENS_AT = Date.UTC(2099, 4, 1);
export const HOUR_MS = 3_600_000;

export async function openDesk(): Promise<Desk> {
  const folder = await makeFolder();
  const store = await openMemoryStore();
  const path = folder.file('scan');
  let now = DESK_OPENS_AT;
  return {
    store,
    import: async (text, options) => {
      await writeFile(path, text);
      await using file = await readableFile(path, process.stdin);
      now += HOUR_MS;
      return await importScan({
        store,
        file,
        options,
        now: () => now,
        signal: new AbortController().signal,
      });
    },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** What one would write after `gatehouse import` for this document. */
export function optionsFor(writer: Writer, scan: Scan): ScanOptions {
  return {
    ...(writer.namesAsset !== true && { asset: { kind: 'repository', name: scan.asset } as const }),
    ...(writer.isNamelessWhenEmpty === true && scan.entries.length === 0 && { format: writer.kind }),
  };
}
