/** Calls into a worker thread: one message each way, errors with their code. */
import { type MessagePort, parentPort, Worker } from 'node:worker_threads';
import { type ErrorCode, GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import { storeTrouble } from './trouble.ts';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | undefined;
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

export type Handlers = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

export interface Thread {
  call<T>(method: string, ...args: readonly unknown[]): Promise<T>;
  /** As `call`; these buffers move to the thread instead of being copied. */
  transfer<T>(buffers: readonly ArrayBuffer[], method: string, ...args: readonly unknown[]): Promise<T>;
  /** Waits for `close` in the thread, then for its end. */
  close(): Promise<void>;
}

/** `nurseryMb`: small where little is made and dropped, or every thread of the process takes its share of memory. */
export function startThread(entry: URL, data: unknown, nurseryMb: number): Thread {
  const worker = new Worker(entry, {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: nurseryMb, maxOldGenerationSizeMb: 1024 },
  });
  // The process may end while the thread waits for calls; what is under way keeps it alive.
  worker.unref();
  const pending = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  let next = 0;
  let ended: Error | undefined;
  const fail = (error: Error): void => {
    ended ??= error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    worker.unref();
  };
  worker.on('message', (answer: Answer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) worker.unref();
    if ('failure' in answer) waiting?.reject(toError(answer.failure));
    else waiting?.resolve(answer.value as never);
  });
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => fail(new Error(`the store thread ended with code ${code}`)));
  const transfer = <T>(
    buffers: readonly ArrayBuffer[],
    method: string,
    ...args: readonly unknown[]
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      const id = next++;
      pending.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, method, args } satisfies Call, buffers);
    });
  const call = <T>(method: string, ...args: readonly unknown[]): Promise<T> => transfer([], method, ...args);
  return {
    call,
    transfer,
    close: async () => {
      if (ended === undefined) await call('close');
      await worker.terminate();
    },
  };
}

/** In the thread: answers calls with these handlers; what the database says of the store there is told as its state. */
export function serve(path: string, handlers: Handlers): void {
  const port = requirePort();
  port.on('message', ({ id, method, args }: Call) => {
    const handler = handlers[method];
    const answer =
      handler === undefined ? Promise.reject(new Error(`no ${method}`)) : handler(...(args as never[]));
    answer.then(
      (value) => port.postMessage({ id, value } satisfies Answer),
      (error: unknown) =>
        port.postMessage({ id, failure: toFailure(storeTrouble(error, path)) } satisfies Answer),
    );
  });
}

function requirePort(): MessagePort {
  if (parentPort === null) throw new Error('this file runs in a worker thread only');
  return parentPort;
}

function toFailure(error: unknown): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, stack, code: isGatehouseError(error) ? error.code : undefined };
}

function toError({ code, message, stack }: Failure): Error {
  const error = code === undefined ? new Error(message) : new GatehouseError(code, message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
