/** What is signed, and that others understand it: nothing here is read or checked by the code that wrote it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { verifyAsync } from '@noble/ed25519';
import * as z from 'zod';
import { aFinding, countsOf, NOW, someEvidence } from '../../test/support/builders.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { EVERYTHING } from '../domain/scope.ts';
import type { ReleaseSubject, Verdict } from '../domain/verdict.ts';
import { Secret } from '../platform/secret.ts';
import { decide } from '../policy/decide.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { type AttestJob, attest } from './attest.ts';
import { preAuthenticationEncoding } from './envelope.ts';
import { makeKey, readSigningKey } from './keys.ts';

const subject: ReleaseSubject = { name: 'registry.example.com/shop/cart', sha256: 'ab'.repeat(32) };
const digests = { policy: '1'.repeat(64), core: '2'.repeat(64), facts: '3'.repeat(64) };
const made = makeKey();
const key = readSigningKey(new Secret(made.privatePem), 'the key');

function aVerdict(severity: 'low' | 'critical', facts: Partial<Verdict> = {}): Verdict {
  const candidates = [aFinding({ severity })];
  const verdict = decide({
    release: 'shop 2.0',
    policy: readPolicy({ name: 'production' }),
    scope: EVERYTHING,
    now: NOW,
    evidence: [someEvidence()],
    candidates,
    counts: countsOf(candidates),
    fromScans: false,
  });
  return { ...verdict, ...facts };
}

function attested(job: Partial<AttestJob> = {}): string {
  return attest({
    verdict: aVerdict('low'),
    subjects: [subject],
    digests,
    engine: '1.2.3',
    key,
    now: NOW + 1000,
    ...job,
  });
}

/** DSSE 1.0.0, envelope.md. */
const Envelope = z.strictObject({
  payload: z.base64(),
  payloadType: z.literal('application/vnd.in-toto+json'),
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.base64() })).length(1),
});

/** in-toto: RFC 3339 in UTC; https://github.com/in-toto/attestation/blob/main/spec/v1/field_types.md */
const Timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const ResourceUri = z.url();
const DigestSet = z.record(z.string(), z.string().regex(/^[0-9a-f]+$/));
const ResourceDescriptor = z
  .strictObject({
    name: z.string().optional(),
    uri: ResourceUri.optional(),
    digest: DigestSet.optional(),
    content: z.base64().optional(),
    downloadLocation: ResourceUri.optional(),
    mediaType: z.string().optional(),
    annotations: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(({ uri, digest, content }) => (uri ?? digest ?? content) !== undefined);

/** https://slsa.dev/spec/v1.1/verification_summary: every documented field, and extensions whose names are URIs. */
const VerificationSummary = z
  .object({
    verifier: z.strictObject({ id: ResourceUri, version: z.record(z.string(), z.string()).optional() }),
    timeVerified: Timestamp,
    resourceUri: ResourceUri,
    policy: ResourceDescriptor.refine(({ uri }) => uri !== undefined),
    inputAttestations: z.array(ResourceDescriptor.refine(({ digest }) => digest !== undefined)).optional(),
    verificationResult: z.enum(['PASSED', 'FAILED']),
    verifiedLevels: z.array(z.string().regex(/^(SLSA_BUILD_LEVEL_[0-3]|FAILED|(?!SLSA_).+)$/)),
    dependencyLevels: z.record(z.string(), z.int()).optional(),
    slsaVersion: z
      .string()
      .regex(/^\d+\.\d+$/)
      .optional(),
  })
  .catchall(z.unknown())
  .superRefine((predicate, context) => {
    const documented = Object.keys(VerificationSummary.shape);
    for (const field of Object.keys(predicate)) {
      if (!documented.includes(field) && !URL.canParse(field)) context.addIssue(`${field} is not documented`);
    }
  });

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
const Statement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(ResourceDescriptor.refine(({ digest }) => digest !== undefined)).min(1),
  predicateType: z.literal('https://slsa.dev/verification_summary/v1'),
  predicate: VerificationSummary,
});

function statementIn(envelope: string): z.infer<typeof Statement> {
  const { payload } = Envelope.parse(JSON.parse(envelope));
  return Statement.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8')));
}

describe('the envelope', () => {
  it('is believed by another implementation of Ed25519 and of the encoding', async () => {
    const { payload, payloadType, signatures } = Envelope.parse(JSON.parse(attested()));
    const body = Buffer.from(payload, 'base64');
    const signed = [
      Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.byteLength} `, 'ascii'),
      body,
    ];
    const lines = made.publicPem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
    // RFC 8410: twelve bytes that say Ed25519, then the key.
    const der = Buffer.from(lines.join(''), 'base64');
    assert.equal(der.subarray(0, 12).toString('hex'), '302a300506032b6570032100');
    const signature = Buffer.from(signatures[0]?.sig ?? '', 'base64');

    const bytes = Uint8Array.from(Buffer.concat(signed));
    const isBelieved = await verifyAsync(
      Uint8Array.from(signature),
      bytes,
      Uint8Array.from(der.subarray(12)),
    );
    const other = Uint8Array.from(bytes, (byte, at) => (at === 20 ? byte ^ 1 : byte));
    const isOtherBelieved = await verifyAsync(
      Uint8Array.from(signature),
      other,
      Uint8Array.from(der.subarray(12)),
    );

    assert.deepEqual({ isBelieved, isOtherBelieved }, { isBelieved: true, isOtherBelieved: false });
    assert.equal(signatures[0]?.keyid, createHash('sha256').update(der).digest('hex'));
  });

  it('encodes what it signs as the specification shows, lengths being in bytes', () => {
    const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    const empty = preAuthenticationEncoding('é', Buffer.from(''));

    assert.equal(encoded.toString(), 'DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    assert.equal(empty.toString(), 'DSSEv1 2 é 0 ');
  });

  it('is the same whenever the same is signed at the same moment', () => {
    const verdict = aVerdict('low');

    assert.equal(attested({ verdict }), attested({ verdict }));
  });

  it('says nothing of the private key', () => {
    const secret = made.privatePem.split('\n')[1] ?? '';

    assert.ok(secret.length > 40);
    assert.ok(!attested().includes(secret));
  });
});

describe('the statement', () => {
  it('is what in-toto and SLSA document', () => {
    const { subject: subjects, predicate } = statementIn(attested());

    assert.deepEqual(subjects, [{ name: subject.name, digest: { sha256: subject.sha256 } }]);
    assert.deepEqual(predicate.verifier, { id: 'urn:gatehouse:gate', version: { gatehouse: '1.2.3' } });
    assert.equal(predicate.timeVerified, new Date(NOW).toISOString());
    assert.deepEqual(predicate.policy.digest, { sha256: digests.policy });
    assert.equal(
      predicate.resourceUri,
      `pkg:generic/registry.example.com/shop/cart?checksum=sha256:${subject.sha256}`,
    );
  });

  it('says the whole word, and what it rests on, beside the summary', () => {
    const { predicate } = statementIn(attested({ verdict: aVerdict('critical') }));

    assert.deepEqual(predicate['urn:gatehouse:verdict:v1'], {
      verdict: 'NO-GO',
      release: 'shop 2.0',
      scope: 'everything',
      policy: 'production',
      mode: 'evaluate',
      enforced: true,
      relaxed: [],
      core: { sha256: digests.core },
      facts: { sha256: digests.facts },
      signedAt: new Date(NOW + 1000).toISOString(),
    });
  });

  const override = { by: 'ann', reason: 'outage', at: NOW, until: NOW + 1000 };
  const words: readonly (readonly [
    what: string,
    verdict: Verdict,
    result: string,
    levels: readonly string[],
  ])[] = [
    ['GO', aVerdict('low'), 'PASSED', ['GATEHOUSE_GO']],
    ['GO that is not enforced', aVerdict('low', { enforced: false }), 'PASSED', ['GATEHOUSE_GO']],
    ['NO-GO', aVerdict('critical'), 'FAILED', ['FAILED']],
    ['NO-GO that is not enforced', aVerdict('critical', { enforced: false }), 'FAILED', ['FAILED']],
    ['NO-GO that somebody overrode', aVerdict('critical', { override }), 'FAILED', ['FAILED']],
    ['UNDECIDED', aVerdict('low', { verdict: 'UNDECIDED' }), 'FAILED', ['FAILED']],
    [
      'UNDECIDED that was overridden',
      aVerdict('low', { verdict: 'UNDECIDED', override }),
      'FAILED',
      ['FAILED'],
    ],
  ];
  for (const [what, verdict, result, levels] of words) {
    it(`sums up ${what} as ${result}`, () => {
      const { verificationResult, verifiedLevels } = statementIn(attested({ verdict })).predicate;

      assert.deepEqual([verificationResult, verifiedLevels], [result, levels]);
    });
  }

  it('names a resource by its own URI where the subject has one', () => {
    const image = { ...subject, name: 'pkg:oci/cart?repository_url=registry.example.com/shop' };
    const odd = { ...subject, name: 'out/a file?&#%.tar' };

    assert.equal(statementIn(attested({ subjects: [image, subject] })).predicate.resourceUri, image.name);
    assert.match(
      statementIn(attested({ subjects: [odd] })).predicate.resourceUri,
      /^pkg:generic\/out\/a%20file%3F%26%23%25\.tar\?checksum=/,
    );
  });

  it('stands names of policies and releases that are no Unicode or no URI', () => {
    const verdict = aVerdict('low', { policy: 'a b/ü\ud800', release: '\ud800' });

    assert.equal(
      statementIn(attested({ verdict })).predicate.policy.uri,
      'urn:gatehouse:policy:a%20b%2F%C3%BC%EF%BF%BD',
    );
  });

  it('is about something', () => {
    assert.throws(
      () => attested({ subjects: [] }),
      (error) => isGatehouseError(error) && error.code === 'input-invalid',
    );
  });
});
