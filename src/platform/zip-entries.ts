import type { Readable } from 'node:stream';
import * as yauzl from 'yauzl';
import { GatehouseError } from '../domain/errors.ts';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

const MOST_ENTRIES = 2_000_000;
const LARGEST_ENTRY_BYTES = 256_000_000;
/** Text packs to a hundredth; only made-up data reaches a thousandth. */
const MOST_TIMES = 300;
const TIMES_FROM_BYTES = 4_000_000;

/**
 * The files in a zip archive, one after the other and each unpacked as it is read; folders are left out. Nothing is
 * written anywhere, so names only name. Throws GatehouseError `input-invalid` for a damaged archive and for one that
 * unpacks to more than could be meant.
 */
export async function* zipEntries(path: string): AsyncGenerator<ZipEntry> {
  const zip = await yauzl
    .openPromise(path, { autoClose: false, lazyEntries: true })
    .catch((cause: unknown) => {
      throw damaged(path, cause);
    });
  try {
    if (zip.entryCount > MOST_ENTRIES) throw damaged(path, `it says it holds ${zip.entryCount} files`);
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      const { uncompressedSize, compressedSize } = entry;
      if (uncompressedSize > LARGEST_ENTRY_BYTES || isBomb(uncompressedSize, compressedSize))
        throw damaged(path, `${entry.fileName} would unpack to ${uncompressedSize} bytes`);
      const stream: Readable = await zip.openReadStreamPromise(entry);
      yield { name: entry.fileName, bytes: explained(path, stream) };
      stream.destroy();
    }
  } catch (error) {
    throw damaged(path, error);
  } finally {
    zip.close();
  }
}

function isBomb(unpacked: number, packed: number): boolean {
  return unpacked > TIMES_FROM_BYTES && unpacked > MOST_TIMES * packed;
}

async function* explained(path: string, stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, why: unknown): unknown {
  if (why instanceof GatehouseError) return why;
  const said = why instanceof Error ? why.message : String(why);
  return new GatehouseError('input-invalid', `${path} is no zip archive that can be read: ${said}`, {
    cause: why,
    facts: { path },
  });
}
