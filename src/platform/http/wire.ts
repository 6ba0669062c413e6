import type { Headers } from './rate-headers.ts';

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body?: string | Uint8Array | undefined;
}

export interface Incoming {
  readonly status: number;
  /** Names in lower case; repeated ones joined by commas. */
  readonly headers: Headers;
  readonly body: Buffer;
}

/** One exchange on the wire: no retry, no waiting. @throws TransportError, or the signal's reason when it aborts */
export interface Transport {
  send(outgoing: Outgoing, signal: AbortSignal): Promise<Incoming>;
  /** Ends idle connections. */
  close(): Promise<void>;
}
