import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { GatehouseError } from '../domain/errors.ts';

export interface FileBytesLimits {
  /** The most bytes given, after unpacking. */
  readonly maxBytes: number;
  /** How many times larger than the packed bytes the unpacked ones may be, once past `ratioFromBytes`. */
  readonly maxRatio: number;
  readonly ratioFromBytes: number;
}

export const fileBytesLimits: FileBytesLimits = {
  maxBytes: 4_000_000_000,
  // Indented JSON that repeats itself packs to a hundredth; only made-up data reaches gzip's limit of a thousandth.
  maxRatio: 300,
  ratioFromBytes: 64_000_000,
};

const CHUNK_BYTES = 256 * 1024;

const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** Files that people mistake for a scan, by their first bytes. */
const ARCHIVES: readonly (readonly [string, readonly number[]])[] = [
  ['a zip archive', ZIP],
  ['a zstd archive', [0x28, 0xb5, 0x2f, 0xfd]],
  ['an xz archive', [0xfd, 0x37, 0x7a, 0x58]],
  ['a bzip2 archive', [0x42, 0x5a, 0x68]],
];

/**
 * The bytes of a file, unpacked when it is gzip (judged by its content, not its name), in chunks of 256 KiB.
 * Throws GatehouseError, naming the file: `not-found` where there is none, `input-invalid` where it is no regular
 * file, may not be read, is another kind of archive, is damaged, or unpacks to more than the limits.
 */
export async function* openBytes(
  path: string,
  limits: Partial<FileBytesLimits> = {},
): AsyncGenerator<Uint8Array> {
  const { maxBytes, maxRatio, ratioFromBytes } = { ...fileBytesLimits, ...limits };
  await assertRegularFile(path);
  const head = await firstBytes(path);
  const archive = ARCHIVES.find(([, magic]) => startsWith(head, magic));
  if (archive !== undefined) throw invalid(path, `is ${archive[0]}; unpack it first`);

  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const isPacked = startsWith(head, [0x1f, 0x8b]);
  let given = 0;
  try {
    for await (const chunk of isPacked ? unpacked(file) : file) {
      given += chunk.length;
      if (given > maxBytes) throw invalid(path, `holds more than ${maxBytes} bytes`);
      if (isPacked && given > ratioFromBytes && given > maxRatio * file.bytesRead) {
        throw invalid(path, `unpacks to more than ${maxRatio} times its size; that is no scan`);
      }
      yield chunk;
    }
  } catch (error) {
    throw explained(path, error);
  } finally {
    file.destroy();
  }
}

/** Whether the file is a zip archive, judged by its content. Throws as `openBytes` does where it cannot be read. */
export async function isZip(path: string): Promise<boolean> {
  await assertRegularFile(path);
  return startsWith(await firstBytes(path), ZIP);
}

/** The first `bytes` bytes of the file (fewer when it has fewer), unpacked as by `openBytes`; same errors. */
export async function readHead(path: string, bytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of openBytes(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks, Math.min(length, bytes));
}

async function* unpacked(file: ReadStream): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip);
  } finally {
    gunzip.destroy();
  }
}

async function assertRegularFile(path: string): Promise<void> {
  let isFile: boolean;
  let isFolder: boolean;
  try {
    const status = await stat(path);
    isFile = status.isFile();
    isFolder = status.isDirectory();
  } catch (error) {
    throw explained(path, error);
  }
  if (isFolder) throw invalid(path, 'is a folder; name a file in it');
  if (!isFile) throw invalid(path, 'is not a regular file');
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const stream = createReadStream(path, { end: 7 });
  try {
    for await (const chunk of stream) return chunk;
    return new Uint8Array(0);
  } catch (error) {
    throw explained(path, error);
  }
}

function explained(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new GatehouseError('not-found', `${path} is not there; check the path`, {
      cause: error,
      facts: { path },
    });
  }
  if (code === 'EACCES' || code === 'EPERM')
    return invalid(path, 'may not be read; check its permissions', error);
  if (code?.startsWith('Z_')) return invalid(path, 'is damaged or cut-off gzip', error);
  if (code === 'EIO' || code === 'ELOOP' || code === 'ENAMETOOLONG')
    return invalid(path, `cannot be read (${code})`, error);
  return error;
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || error instanceof GatehouseError) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function invalid(path: string, what: string, cause?: unknown): GatehouseError {
  return new GatehouseError('input-invalid', `${path} ${what}`, { cause, facts: { path } });
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
