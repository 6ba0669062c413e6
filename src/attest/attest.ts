import { GatehouseError } from '../domain/errors.ts';
import type { ReleaseSubject, Verdict } from '../domain/verdict.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { seal } from './envelope.ts';
import type { SigningKey } from './keys.ts';
import { DEFAULT_VERIFIER } from './settings.ts';
import { type Digests, statementOf } from './statement.ts';

export interface AttestJob {
  readonly verdict: Verdict;
  /** What the verdict is about, by content; at least one. */
  readonly subjects: readonly ReleaseSubject[];
  readonly digests: Digests;
  /** Version of Gatehouse that decided. */
  readonly engine: string;
  /** As a URI; absent: the gate, without saying whose. */
  readonly verifier?: string | undefined;
  readonly key: SigningKey;
  /** Epoch ms: when it is signed. When it was decided, the verdict says. */
  readonly now: number;
}

/**
 * The signed envelope, a line of JSON. Signing the same verdict again, with the same key at the same moment, gives the
 * same bytes.
 *
 * @throws GatehouseError `input-invalid` without a subject
 */
export function attest({ key, now, verifier = DEFAULT_VERIFIER, ...job }: AttestJob): string {
  if (job.subjects.length === 0) {
    throw new GatehouseError(
      'input-invalid',
      'an attestation is about something: give --subject NAME@sha256:DIGEST',
    );
  }
  const statement = statementOf({ ...job, verifier, signedAt: now });
  return seal(Buffer.from(canonicalJson(statement, { loneSurrogates: 'replace' })), key);
}
