import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { AddressBook } from './address.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { Bucket } from './bucket.ts';
import type { Signer } from './credential.ts';
import type { Lane } from './lane.ts';
import type { HttpEvent, Meter } from './meter.ts';
import type { Headers } from './rate-headers.ts';
import type { BackOff, RetryBudget } from './retry.ts';
import type { Transport } from './wire.ts';

/** What all calls of a client share. */
export interface CallParts {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly addresses: AddressBook;
  readonly signer: Signer;
  readonly cache: AnswerCache;
  readonly meter: Meter;
  readonly emit: (event: HttpEvent) => void;
  readonly transport: Transport;
  readonly bucket: Bucket;
  readonly lanes: Map<string, Lane>;
  readonly laneFor: (url: URL) => Lane;
  readonly retryBudget: RetryBudget;
  readonly attempts: number;
  readonly backOff: BackOff;
  readonly maxWaitMs: number;
  readonly attemptMs: number;
  readonly totalMs: number;
  readonly failFast: boolean;
  readonly headers: Headers;
  readonly accessHint: string | undefined;
}

export interface Call {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly etag: string | undefined;
  readonly body: string | Uint8Array | undefined;
  readonly isJson: boolean;
  readonly repeatable: boolean;
  readonly expectJson: boolean;
  readonly signal: AbortSignal;
}

export interface Answer<Body> {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  readonly body: Body;
  /** By our wall clock, epoch milliseconds. */
  readonly receivedAt: number;
  readonly attempts: number;
  /** Nothing had changed since an earlier answer, which this is. */
  readonly fromCache: boolean;
}
