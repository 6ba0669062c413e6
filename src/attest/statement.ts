/**
 * A verdict as an in-toto Statement v1 with the predicate of a SLSA Verification Summary v1. The summary knows PASSED and
 * FAILED only: GO is PASSED, all else FAILED, an override included, since it opens the gate and changes no verdict. The
 * word itself and what it rests on stand beside it, in an extension field of ours.
 */
import * as z from 'zod';
import { isoInstant } from '../domain/instant.ts';
import { MODES } from '../domain/policy.ts';
import { type ReleaseSubject, VERDICTS, type Verdict } from '../domain/verdict.ts';
import { SHA256 } from './digest.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://slsa.dev/verification_summary/v1';
/** Names of extension fields are URIs. */
export const EXTENSION = 'urn:gatehouse:verdict:v1';
const SLSA_VERSION = '1.1';

export interface Digests {
  /** Of the policy, of the core and of the facts: SHA-256, lower-case hex. */
  readonly policy: string;
  readonly core: string;
  readonly facts: string;
}

export interface Attested {
  readonly verdict: Verdict;
  /** At least one. */
  readonly subjects: readonly ReleaseSubject[];
  readonly digests: Digests;
  /** Version of Gatehouse. */
  readonly engine: string;
  /** Who verifies, as a URI. */
  readonly verifier: string;
  /** Epoch ms. */
  readonly signedAt: number;
}

export function statementOf({ verdict, subjects, digests, engine, verifier, signedAt }: Attested) {
  const passed = verdict.verdict === 'GO';
  const facts = { uri: `urn:gatehouse:facts:sha256:${digests.facts}`, digest: { sha256: digests.facts } };
  return {
    _type: STATEMENT_TYPE,
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: PREDICATE_TYPE,
    predicate: {
      verifier: { id: verifier, version: { gatehouse: engine } },
      timeVerified: isoInstant(verdict.decidedAt),
      resourceUri: resourceUriOf(subjects[0]),
      policy: {
        uri: `urn:gatehouse:policy:${encodeURIComponent(verdict.policy.toWellFormed())}`,
        digest: { sha256: digests.policy },
      },
      inputAttestations: [facts],
      verificationResult: passed ? 'PASSED' : 'FAILED',
      // A verdict verifies no SLSA level; custom values are allowed where they do not begin with SLSA_.
      verifiedLevels: [passed ? 'GATEHOUSE_GO' : 'FAILED'],
      slsaVersion: SLSA_VERSION,
      [EXTENSION]: {
        verdict: verdict.verdict,
        release: verdict.release,
        scope: verdict.scope,
        baseline: verdict.baseline,
        policy: verdict.policy,
        mode: verdict.mode,
        enforced: verdict.enforced,
        relaxed: verdict.relaxed,
        core: { sha256: digests.core },
        facts: { sha256: digests.facts },
        signedAt: isoInstant(signedAt),
      },
    },
  };
}

/** The subject's own name where it is a URI, such as a package URL; else a generic package URL with its checksum. */
function resourceUriOf(subject: ReleaseSubject | undefined): string | undefined {
  if (subject === undefined) return undefined;
  const { name, sha256 } = subject;
  if (/^(?:pkg:|https?:\/\/|git\+|oci:\/\/|urn:)[!-~]+$/i.test(name)) return name;
  const path = name.split('/').map(encodeURIComponent).join('/');
  return `pkg:generic/${path}?checksum=sha256:${sha256}`;
}

const digest = z.looseObject({ sha256: z.string().regex(SHA256) });
const time = z.iso.datetime({ offset: true });

/** What is checked of a statement whose types are known to be right; fields that are not named here are ignored. */
export const VerdictStatement = z.looseObject({
  subject: z
    .array(z.looseObject({ name: z.string().default('_'), digest: z.record(z.string(), z.string()) }))
    .min(1),
  predicate: z.looseObject({
    verifier: z.looseObject({
      id: z.string().min(1),
      version: z.record(z.string(), z.string()).optional(),
    }),
    timeVerified: time,
    resourceUri: z.string().min(1),
    policy: z.looseObject({ uri: z.string().min(1), digest: digest.optional() }),
    verificationResult: z.enum(['PASSED', 'FAILED']),
    [EXTENSION]: z.looseObject({
      verdict: z.enum(VERDICTS),
      release: z.string(),
      scope: z.string(),
      policy: z.string(),
      mode: z.enum(MODES),
      enforced: z.boolean(),
      core: digest,
      facts: digest,
      signedAt: time,
    }),
  }),
});
export type VerdictStatement = z.infer<typeof VerdictStatement>;
