import { createReadStream } from 'node:fs';
import type { Observation, Rejected } from '../../src/domain/statement.ts';
import type { Format, ScanFacts, ScanFile } from '../../src/formats/format.ts';

/** A scan in memory, given in chunks of a size that suits the test. */
export function scanFileOf(text: string | Uint8Array, chunkBytes = 65_536, fileName = 'scan.json'): ScanFile {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return {
    fileName,
    async *open() {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
  };
}

export function scanFileAt(path: string): ScanFile {
  return { fileName: path, open: () => createReadStream(path) };
}

export interface ReadScan {
  readonly observations: readonly Observation[];
  readonly rejected: readonly Rejected[];
  readonly facts: ScanFacts;
}

/** Reads a scan to its end, as the import does. */
export async function readScan(format: Format, file: ScanFile): Promise<ReadScan> {
  const observations: Observation[] = [];
  const rejected: Rejected[] = [];
  const batches = format.read(file);
  for (;;) {
    const { done, value } = await batches.next();
    if (done) return { observations, rejected, facts: value };
    observations.push(...value.observations);
    rejected.push(...value.rejected);
  }
}
