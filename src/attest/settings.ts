import * as z from 'zod';
import { Instant } from '../domain/instant.ts';

/** Where a key is kept, never the key: `{ file: PATH }` or `{ env: NAME }`. */
const KeyReference = z
  .strictObject({ env: z.string().min(1).optional(), file: z.string().min(1).optional() })
  .refine(({ env, file }) => (env === undefined) !== (file === undefined), {
    message: 'give exactly one of env and file',
  });
export type KeyReference = z.infer<typeof KeyReference>;

/** Who a verdict says has verified, unless configured. */
export const DEFAULT_VERIFIER = 'urn:gatehouse:gate';

const TrustedKeySettings = z
  .strictObject({
    /** The public key. */
    key: KeyReference,
    /** Nothing signed earlier is believed. */
    notBefore: Instant.optional(),
    /** From then on nothing it signed is believed, whatever date it bears. */
    notAfter: Instant.optional(),
  })
  .refine(({ notBefore = 0, notAfter = Number.POSITIVE_INFINITY }) => notBefore < notAfter, {
    path: ['notAfter'],
    message: 'a key ends after it begins',
  });

/** `attestation` of the configuration. */
export const AttestationSettings = z.strictObject({
  /** The private key that verdicts are signed with. */
  key: KeyReference.optional(),
  /** Who verifies, as a URI: whoever reads an attestation expects it of this key. */
  verifier: z
    .string()
    .max(500)
    .regex(/^[a-z][a-z0-9+.-]*:[!-~]+$/i, 'expected a URI, such as https://gate.example.com')
    .default(DEFAULT_VERIFIER),
  /** Public keys whose attestations are believed, the old and the new while one follows the other. */
  trusted: z.array(TrustedKeySettings).default([]),
});
export type AttestationSettings = z.infer<typeof AttestationSettings>;
