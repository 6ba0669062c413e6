import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { importScan } from '../../flows/import.ts';
import { readableFile } from '../../platform/spooled-file.ts';
import { openMemoryStore } from '../../store/sqlite/memory.ts';
import type { Io } from '../command.ts';
import type { KnownScan } from './configuration-text.ts';

/**
 * What each scan will be called in scopes, found by reading it; a file that is not there yet is left open. Throws
 * `input-invalid` for a file that is no scan.
 */
export async function knownScans(files: readonly string[], io: Io): Promise<readonly KnownScan[]> {
  const known: KnownScan[] = [];
  for (const file of files) {
    io.signal.throwIfAborted();
    known.push({
      file,
      sources: (await isThere(resolve(io.cwd, file))) ? await sourcesIn(file, io) : undefined,
    });
  }
  return known;
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function sourcesIn(file: string, io: Io): Promise<readonly string[]> {
  const store = await openMemoryStore();
  try {
    await using opened = await readableFile(resolve(io.cwd, file), io.stdin);
    const imported = await importScan({
      store,
      file: { ...opened, name: file },
      options: {},
      now: () => io.now().getTime(),
      signal: io.signal,
    });
    return [...new Set(imported.runs.map(({ source }) => source))];
  } finally {
    await store.close();
  }
}
