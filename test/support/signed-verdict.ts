/** A verdict as it is handed on: signed, its facts beside it, and the public key. */
import { attest } from '../../src/attest/attest.ts';
import { makeKey, readSigningKey } from '../../src/attest/keys.ts';
import { EVERYTHING } from '../../src/domain/scope.ts';
import type { ReleaseSubject, Verdict } from '../../src/domain/verdict.ts';
import { type Decision, decisionOf, packDecision } from '../../src/flows/replay.ts';
import { version } from '../../src/main/version.ts';
import { Secret } from '../../src/platform/secret.ts';
import { decide } from '../../src/policy/decide.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { aFinding, countsOf, HOUR_MS, someEvidence } from './builders.ts';

export interface SignedVerdict {
  readonly attestation: string;
  readonly bundle: Uint8Array;
  readonly verdict: Verdict;
  readonly decision: Decision;
  readonly publicPem: string;
  readonly privatePem: string;
}

export const SHOP: ReleaseSubject = { name: 'registry/shop', sha256: '5a'.repeat(32) };

/** Of `shop 4.2`, decided at `now`: GO, or NO-GO for one critical finding. */
export async function aSignedVerdict(
  now: number,
  severity: 'low' | 'critical' = 'low',
): Promise<SignedVerdict> {
  const candidates = [aFinding({ severity, openedAt: now - HOUR_MS })];
  const input = {
    release: 'shop 4.2',
    policy: readPolicy({}),
    scope: EVERYTHING,
    now,
    evidence: [someEvidence({ observedAt: now - HOUR_MS })],
    candidates,
    counts: countsOf(candidates),
    fromScans: false,
  };
  const verdict = decide(input);
  const decision = decisionOf(input, verdict, version);
  const { privatePem, publicPem } = makeKey();
  const attestation = attest({
    verdict,
    subjects: [SHOP],
    digests: { policy: decision.policy, core: decision.core.digest, facts: decision.facts.digest },
    engine: version,
    key: readSigningKey(new Secret(privatePem), 'the key'),
    now,
  });
  return { attestation, bundle: await packDecision(decision), verdict, decision, publicPem, privatePem };
}
