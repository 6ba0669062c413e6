/** The thread that reads one large scan. Started by `read-apart.ts`. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { isGatehouseError } from '../domain/errors.ts';
import { createPacker, type Packer } from '../store/packed-statements.ts';
import type { FromScanThread, ScanThreadData } from './read-apart.ts';
import { type KeyedBatch, openScan } from './read-scan.ts';

/** Batches under way to the store: enough to keep both busy, few enough to hold little. */
const AHEAD = 8;

const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread only');

const { file, options } = workerData as ScanThreadData;
const packers = new Map<string, Packer>();
let underway = 0;
port.on('message', () => {
  underway -= 1;
});

try {
  const scan = await openScan(file, options);
  const batches = scan.read();
  for (;;) {
    const next = await batches.next();
    if (next.done) {
      port.postMessage({ kind: 'end', parts: next.value } satisfies FromScanThread);
      break;
    }
    while (underway >= AHEAD) await once(port, 'message');
    underway += 1;
    send(next.value);
  }
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = isGatehouseError(error) ? { code: error.code, facts: error.facts } : undefined;
  port.postMessage({ kind: 'failure', message, stack, known } satisfies FromScanThread);
}
port.close();

function send({ part, statements, count, assets, rejected }: KeyedBatch): void {
  const stream = `${part.tool} ${part.category}`;
  const packer = packers.get(stream) ?? createPacker();
  packers.set(stream, packer);
  const packed = 'bytes' in statements ? statements : packer.pack(statements);
  const batch: KeyedBatch = { part, statements: packed, count, assets, rejected };
  port?.postMessage({ kind: 'batch', batch } satisfies FromScanThread, [packed.bytes.buffer]);
}
