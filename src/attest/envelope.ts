/**
 * DSSE (Dead Simple Signing Envelope, v1). What is signed is the payload's own bytes with its type, never a parsed and
 * rewritten form of it, and it is not looked at before a trusted key has signed it. The key id in an envelope is a hint
 * that nobody vouches for: it decides nothing here.
 */
import { sign, verify } from 'node:crypto';
import * as z from 'zod';
import { isGatehouseError } from '../domain/errors.ts';
import { parseStrictJson } from '../platform/strict-json.ts';
import type { PublicKey, SigningKey } from './keys.ts';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** Far above any statement, and small enough to be read whole. */
export const LARGEST_ENVELOPE_BYTES = 1_000_000;
const MOST_SIGNATURES = 20;
const SIGNATURE_BYTES = 64;

/** Pre-authentication encoding: lengths are in bytes. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** One line of JSON, ending in a line break. */
export function seal(payload: Uint8Array, { id, key }: SigningKey): string {
  const signature = sign(null, preAuthenticationEncoding(PAYLOAD_TYPE, payload), key);
  const envelope = {
    payload: Buffer.from(payload).toString('base64'),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: id, sig: signature.toString('base64') }],
  };
  return `${JSON.stringify(envelope)}\n`;
}

const Envelope = z.looseObject({
  payload: z.string(),
  payloadType: z.string(),
  signatures: z.array(z.looseObject({ keyid: z.string().optional(), sig: z.string() })),
});

export type Opened =
  | { readonly payload: Uint8Array; readonly signedBy: PublicKey }
  /** Why it is not to be believed, as a sentence. */
  | { readonly refused: string };

/** The payload, when one of the trusted keys has signed it. */
export function open(bytes: Uint8Array, trusted: readonly PublicKey[]): Opened {
  const envelope = readEnvelope(bytes);
  if (typeof envelope === 'string') return { refused: envelope };
  const { payloadType, signatures } = envelope;
  const payload = bytesOf(envelope.payload);
  if (payload === undefined) return { refused: 'the payload of the envelope is not base64' };
  if (signatures.length === 0) return { refused: 'the envelope is not signed' };
  if (signatures.length > MOST_SIGNATURES) {
    return {
      refused: `the envelope has ${signatures.length} signatures; more than ${MOST_SIGNATURES} are not tried`,
    };
  }
  const signed = preAuthenticationEncoding(payloadType, payload);
  for (const { sig } of signatures) {
    const signature = bytesOf(sig);
    if (signature?.length !== SIGNATURE_BYTES) continue;
    const signedBy = trusted.find(({ key }) => verify(null, signed, key, signature));
    if (signedBy === undefined) continue;
    if (payloadType === PAYLOAD_TYPE) return { payload, signedBy };
    return { refused: `what is signed is ${quoted(payloadType)}, not ${PAYLOAD_TYPE}` };
  }
  return { refused: whyNot(signatures, trusted) };
}

function readEnvelope(bytes: Uint8Array): z.infer<typeof Envelope> | string {
  if (bytes.length > LARGEST_ENVELOPE_BYTES) {
    return `the file is larger than ${LARGEST_ENVELOPE_BYTES} bytes, which no attestation is`;
  }
  const document = readJson(bytes, 'the file');
  if ('refused' in document) return document.refused;
  const read = Envelope.safeParse(document.value);
  if (read.success) return read.data;
  const at = read.error.issues[0]?.path.join('.') || 'document';
  return `the file is not a DSSE envelope (${quoted(at)})`;
}

/** The value, or in a sentence why there is none. */
export function readJson(
  bytes: Uint8Array,
  what: string,
): { readonly value: unknown } | { readonly refused: string } {
  try {
    return { value: parseStrictJson(bytes, what) };
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return { refused: error.message };
  }
}

/** Standard or URL-safe alphabet, one of the two, with or without padding; nothing else, and no stray bits. */
function bytesOf(text: string): Buffer | undefined {
  if (!/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const written = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  return bytes.toString('base64').replace(/=+$/, '') === written ? bytes : undefined;
}

function whyNot(
  signatures: readonly { readonly keyid?: string | undefined; readonly sig: string }[],
  trusted: readonly PublicKey[],
): string {
  const claimed = trusted.find(({ id }) => signatures.some(({ keyid }) => keyid === id));
  if (claimed !== undefined) {
    return `the signature does not fit: it names the trusted key ${claimed.id}, and that key did not sign this`;
  }
  const named = signatures.map(({ keyid }) => (keyid === undefined ? 'a key without id' : quoted(keyid)));
  const some = named.length > 3 ? [...named.slice(0, 3), `${named.length - 3} more`] : named;
  return `no trusted key has signed it: it names ${some.join(', ')}; trusted are ${trusted.map(({ id }) => id).join(', ')}`;
}

/** Words of whoever wrote the file: shortened here, made printable where they are printed. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
