/** A large scan is read in a thread of its own: the one that serves only passes on what it packed. */
import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, GatehouseError } from '../domain/errors.ts';
import type { ScanPart } from '../formats/format.ts';
import type { ReadableFile } from '../platform/spooled-file.ts';
import type { KeyedBatch, ScanOptions } from './read-scan.ts';

export interface ScanThreadData {
  readonly file: Pick<ReadableFile, 'name' | 'path'>;
  readonly options: ScanOptions;
}

export type FromScanThread =
  | { readonly kind: 'batch'; readonly batch: KeyedBatch }
  | { readonly kind: 'end'; readonly parts: readonly ScanPart[] }
  | {
      readonly kind: 'failure';
      readonly message: string;
      readonly stack: string | undefined;
      readonly known:
        | { readonly code: ErrorCode; readonly facts: Readonly<Record<string, string | number | boolean>> }
        | undefined;
    };

/** Nearly all of what reading makes is dropped at once: a nursery of this size is emptied before any of it ages. */
const LIMITS = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 512 };

/** As `KeyedScan.read`, with the same errors. */
export async function* readApart(
  { name, path }: ReadableFile,
  options: ScanOptions,
): AsyncGenerator<KeyedBatch, readonly ScanPart[]> {
  const data: ScanThreadData = { file: { name, path }, options };
  const worker = new Worker(entry(), { workerData: data, resourceLimits: LIMITS });
  try {
    for await (const [message] of on(worker, 'message', { close: ['exit'] }) as AsyncIterable<
      [FromScanThread]
    >) {
      if (message.kind === 'end') return message.parts;
      if (message.kind === 'failure') throw errorOf(message);
      yield message.batch;
      worker.postMessage('taken');
    }
    throw new Error(`the thread that reads ${name} ended before the file did`);
  } finally {
    await worker.terminate();
  }
}

/** From a checkout the thread is this folder's TypeScript; in a bundle it lies beside it. */
function entry(): URL {
  return new URL(`./scan-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
}

function errorOf({ message, stack, known }: Extract<FromScanThread, { kind: 'failure' }>): Error {
  const error =
    known === undefined
      ? new Error(message)
      : new GatehouseError(known.code, message, { facts: known.facts });
  if (stack !== undefined) error.stack = stack;
  return error;
}
