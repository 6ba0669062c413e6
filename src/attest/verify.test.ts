import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Secret } from '../platform/secret.ts';
import { preAuthenticationEncoding, seal } from './envelope.ts';
import { makeKey, readPublicKey, readSigningKey } from './keys.ts';
import { EXTENSION, PREDICATE_TYPE, STATEMENT_TYPE } from './statement.ts';
import { type Expected, type TrustedKey, type Verification, verifyAttestation } from './verify.ts';

const NOW = Date.UTC(2026, 0, 15);
const HOUR_MS = 3_600_000;
const SHA = 'ab'.repeat(32);

function aKey() {
  const made = makeKey();
  return {
    made,
    signing: readSigningKey(new Secret(made.privatePem), 'the key'),
    trusted: readPublicKey(made.publicPem, 'the key'),
  };
}

const ours = aKey();
const theirs = aKey();

interface Changes {
  readonly statement?: Readonly<Record<string, unknown>>;
  readonly predicate?: Readonly<Record<string, unknown>>;
  readonly own?: Readonly<Record<string, unknown>>;
}

function aStatement({ statement = {}, predicate = {}, own = {} }: Changes = {}): object {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: 'shop', digest: { sha256: SHA } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      verifier: { id: 'https://gate.example.com', version: { gatehouse: '1.2.3' } },
      timeVerified: new Date(NOW - HOUR_MS).toISOString(),
      resourceUri: 'pkg:generic/shop',
      policy: { uri: 'urn:gatehouse:policy:production', digest: { sha256: SHA } },
      verificationResult: 'PASSED',
      [EXTENSION]: {
        verdict: 'GO',
        release: 'shop 2.0',
        scope: 'certification',
        policy: 'production',
        mode: 'evaluate',
        enforced: true,
        core: { sha256: SHA },
        facts: { sha256: SHA },
        signedAt: new Date(NOW - HOUR_MS).toISOString(),
        ...own,
      },
      ...predicate,
    },
    ...statement,
  };
}

function sealed(statement: unknown = aStatement(), key = ours.signing): string {
  return seal(Buffer.from(typeof statement === 'string' ? statement : JSON.stringify(statement)), key);
}

function verified(file: string | Uint8Array, expected: Partial<Expected> = {}): Verification {
  return verifyAttestation(Buffer.from(file), {
    trusted: [ours.trusted],
    subjects: [{ name: 'shop', sha256: SHA }],
    verdict: 'GO',
    now: NOW,
    ...expected,
  });
}

function said(file: string | Uint8Array, expected: Partial<Expected> = {}): string {
  return verified(file, expected).problems.join('\n');
}

describe('an attestation that holds', () => {
  it('has no problems, and tells what it says', () => {
    const { problems, said: told } = verified(sealed(), {
      verifier: 'https://gate.example.com',
      release: 'shop 2.0',
      scope: 'certification',
      policy: 'production',
      maxAgeMs: HOUR_MS,
    });

    assert.deepEqual(problems, []);
    assert.equal(told?.verdict, 'GO');
    assert.equal(told?.keyId, ours.made.id);
  });

  it('may be in either base64, without padding, formatted, and with fields and subjects of others', () => {
    const statement = aStatement({
      statement: {
        later: { a: [1] },
        subject: [
          { name: 'other', digest: { sha512: 'cd' } },
          { digest: { gitCommit: 'ef' } },
          { name: 'shop', digest: { sha256: SHA, sha512: 'cd' } },
        ],
      },
      predicate: { later: { b: '>>>???ÿ' } },
    });
    const envelope = JSON.parse(sealed(statement));
    const urlSafe = (text: string): string =>
      text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const [signature] = envelope.signatures;

    const other = {
      note: 'x',
      ...envelope,
      payload: urlSafe(envelope.payload),
      signatures: [{ ...signature, sig: urlSafe(signature.sig), keyid: undefined }],
    };

    assert.deepEqual(verified(JSON.stringify(other, null, 4)).problems, []);
  });

  it('is found among several signatures, whatever key ids they name', () => {
    const envelope = JSON.parse(sealed());
    const other = JSON.parse(sealed(aStatement(), theirs.signing));
    const unknown = { keyid: 'unknown', sig: Buffer.alloc(64, 7).toString('base64') };
    const short = { keyid: ours.made.id, sig: 'AAAA' };

    envelope.signatures = [
      unknown,
      short,
      { ...other.signatures[0], keyid: ours.made.id },
      ...envelope.signatures,
    ];

    assert.deepEqual(verified(JSON.stringify(envelope)).problems, []);
  });
});

describe('an attestation that does not say what is asked for', () => {
  const cases: readonly (readonly [string, Changes, Partial<Expected>, RegExp])[] = [
    [
      'another digest',
      {},
      { subjects: [{ sha256: 'cd'.repeat(32) }] },
      /it is not about sha256:cdcd.* but about "shop" sha256:abab/,
    ],
    [
      'another name of the digest',
      {},
      { subjects: [{ name: 'cart', sha256: SHA }] },
      /it calls sha256:abab.* "shop", not "cart"/,
    ],
    [
      'one of two subjects',
      {},
      { subjects: [{ name: 'shop', sha256: SHA }, { sha256: 'cd'.repeat(32) }] },
      /not about sha256:cdcd/,
    ],
    ['NO-GO', { own: { verdict: 'NO-GO' }, predicate: {} }, {}, /contradicts itself: PASSED beside NO-GO/],
    ['another word than asked', {}, { verdict: 'NO-GO' }, /the verdict is GO, not NO-GO/],
    ['PASSED for UNDECIDED', { own: { verdict: 'UNDECIDED' } }, { verdict: 'any' }, /contradicts itself/],
    [
      'a decision too old',
      {},
      { maxAgeMs: HOUR_MS - 1 },
      /it is too old: decided 2026-01-14 23:00 UTC, and it may be 1 h old/,
    ],
    [
      'a date in the future',
      { own: { signedAt: '2026-01-15T00:05:01Z' } },
      {},
      /dated in the future: 2026-01-15 00:05 UTC/,
    ],
    [
      'another verifier',
      {},
      { verifier: 'https://other.example.com' },
      /its verifier is "https:\/\/gate.example.com", not/,
    ],
    ['another release', {}, { release: 'shop 2.1' }, /its release is "shop 2.0", not "shop 2.1"/],
    ['another scope', {}, { scope: 'production' }, /its scope is "certification", not "production"/],
    ['another policy', {}, { policy: 'development' }, /its policy is "production", not "development"/],
  ];
  for (const [what, changes, expected, problem] of cases) {
    it(`is refused for ${what}`, () => {
      assert.match(said(sealed(aStatement(changes)), expected), problem);
    });
  }

  it('is refused for a policy of that name that says something else', () => {
    assert.equal(said(sealed(), { policy: `sha256:${SHA}` }), '');
    assert.match(
      said(sealed(), { policy: `sha256:${'cd'.repeat(32)}` }),
      /its policy is "sha256:abab.*", not "sha256:cdcd/,
    );
  });

  it('is told all that is wrong with it at once', () => {
    const changes = { predicate: { verificationResult: 'FAILED' }, own: { verdict: 'NO-GO' } };

    const { problems } = verified(sealed(aStatement(changes)), {
      scope: 'x',
      maxAgeMs: 1,
      subjects: [{ sha256: 'x' }],
    });

    assert.equal(problems.length, 4);
  });

  it('is not refused a moment before it is', () => {
    assert.equal(said(sealed(), { maxAgeMs: HOUR_MS }), '');
    assert.equal(said(sealed(aStatement({ own: { signedAt: '2026-01-15T00:05:00Z' } }))), '');
  });
});

describe('something else that a trusted key signed', () => {
  const own = { [EXTENSION]: undefined };
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'a statement of another version',
      aStatement({ statement: { _type: 'https://in-toto.io/Statement/v0.1' } }),
      /is no https:\/\/in-toto.io\/Statement\/v1 but "https:.*v0.1"/,
    ],
    [
      'another predicate',
      aStatement({ statement: { predicateType: 'https://slsa.dev/provenance/v1' } }),
      /is no .*verification_summary\/v1 but ".*provenance/,
    ],
    ['a summary that is not of a verdict', aStatement({ predicate: own }), /not of a verdict of Gatehouse/],
    [
      'a statement without subjects',
      aStatement({ statement: { subject: [] } }),
      /lacks something.*"subject"/,
    ],
    [
      'a statement without time',
      aStatement({ predicate: { timeVerified: 'yesterday' } }),
      /"predicate.timeVerified"/,
    ],
    ['a word nobody knows', aStatement({ own: { verdict: 'MAYBE' } }), /verdict/],
    ['null', 'null', /is no https:\/\/in-toto.io\/Statement\/v1 but without type/],
    ['no JSON', 'GO', /the statement is not JSON/],
    [
      'a key that stands twice',
      JSON.stringify(aStatement()).replace('"verdict":"GO"', '"verdict":"NO-GO","verdict":"GO"'),
      /the statement has a key twice/,
    ],
  ];
  for (const [what, statement, problem] of cases) {
    it(`is refused: ${what}`, () => {
      assert.match(said(sealed(statement)), problem);
    });
  }

  it('is refused by its payload type, though the signature fits', () => {
    const payload = Buffer.from(JSON.stringify(aStatement()));
    const envelope = (payloadType: string): string =>
      JSON.stringify({
        payload: payload.toString('base64'),
        payloadType,
        signatures: [
          {
            sig: sign(null, preAuthenticationEncoding(payloadType, payload), ours.signing.key).toString(
              'base64',
            ),
          },
        ],
      });

    assert.match(
      said(envelope('application/json')),
      /what is signed is "application\/json", not application\/vnd/,
    );
    assert.equal(said(envelope('application/vnd.in-toto+json')), '');
  });
});

describe('an envelope that is not to be believed', () => {
  const good = JSON.parse(sealed());
  const changed = (changes: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ ...good, ...changes });
  const [signature] = good.signatures;
  const flipped = Buffer.from(signature.sig, 'base64');
  flipped[5] = (flipped[5] ?? 0) ^ 1;
  const cases: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['nothing', '', /the file is not JSON/],
    ['binary', Buffer.from([0xff, 0xfe, 0]), /the file is not UTF-8/],
    ['cut off', sealed().slice(0, 300), /the file is not JSON, or ends too early/],
    ['a list', '[]', /not a DSSE envelope/],
    ['a statement without envelope', JSON.stringify(aStatement()), /not a DSSE envelope \("payload"\)/],
    ['too large', ' '.repeat(1_000_001), /larger than 1000000 bytes/],
    ['not signed', changed({ signatures: [] }), /not signed/],
    ['signed too often', changed({ signatures: Array(21).fill(signature) }), /has 21 signatures/],
    [
      'signatures that are no list',
      changed({ signatures: signature }),
      /not a DSSE envelope \("signatures"\)/,
    ],
    [
      'a payload that is no base64',
      changed({ payload: `${good.payload.slice(0, -4)}!!!!` }),
      /payload of the envelope is not base64/,
    ],
    ['base64 with a line break', changed({ payload: `${good.payload}\n` }), /not base64/],
    ['base64 with stray bits', changed({ payload: 'QR==' }), /not base64/],
    ['both alphabets at once', changed({ payload: 'ab+_' }), /not base64/],
    [
      'a payload twice',
      sealed().replace('"payload":', '"payload":"e30=","payload":'),
      /the file has a key twice/,
    ],
    [
      'signatures twice',
      sealed().replace('"signatures":', '"signatures":[],"signatures":'),
      /the file has a key twice/,
    ],
    [
      'a bit of the signature flipped',
      changed({ signatures: [{ ...signature, sig: flipped.toString('base64') }] }),
      /the signature does not fit: it names the trusted key/,
    ],
    [
      'another payload',
      changed({
        payload: Buffer.from(JSON.stringify(aStatement({ own: { release: 'x' } }))).toString('base64'),
      }),
      /the signature does not fit/,
    ],
    [
      'another payload type',
      changed({ payloadType: 'application/vnd.in-toto+jsom' }),
      /the signature does not fit/,
    ],
    [
      'an empty signature',
      changed({ signatures: [{ ...signature, sig: '' }] }),
      /the signature does not fit/,
    ],
    [
      'a key of its own',
      changed({
        signatures: JSON.parse(sealed(aStatement(), theirs.signing)).signatures,
        publicKey: theirs.made.publicPem,
      }),
      /no trusted key has signed it: it names/,
    ],
    [
      'an unknown key id',
      changed({ signatures: [{ keyid: '\u001b[2Jx', sig: signature.sig.replace(/^./, 'A') }] }),
      /it names "\\u001b\[2Jx"; trusted are/,
    ],
  ];
  for (const [what, file, problem] of cases) {
    it(`is refused: ${what}`, () => {
      const { problems, said: told } = verified(file);

      assert.match(problems.join('\n'), problem);
      assert.equal(told, undefined, 'nothing of it is told');
    });
  }

  it('is refused when it was signed by another algorithm, with whatever key id', () => {
    const payload = Buffer.from(JSON.stringify(aStatement()));
    const signed = preAuthenticationEncoding('application/vnd.in-toto+json', payload);
    const others: readonly (readonly [KeyObject, string | null])[] = [
      [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'sha256'],
      [generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'sha256'],
      [generateKeyPairSync('ed448').privateKey, null],
    ];
    for (const [key, algorithm] of others) {
      const sig = sign(algorithm, signed, key).toString('base64');
      assert.match(
        said(changed({ signatures: [{ keyid: ours.made.id, sig }] })),
        /the signature does not fit/,
      );
    }
  });

  it('is refused for any byte that is changed, and never fails otherwise', () => {
    const file = sealed();
    fc.assert(
      fc.property(fc.nat(file.length - 2), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = Buffer.from(file);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const { problems, said: told } = verified(bytes);
        // The key id is a hint that nothing rests on.
        const start = file.indexOf('"keyid":"') + '"'.length;
        const isHint = at >= start && at < start + 'keyid":"'.length + 64;
        assert.ok(isHint || problems.length > 0);
        assert.ok(isHint || told === undefined);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a trusted key', () => {
  const key = (dates: Partial<TrustedKey>): Partial<Expected> => ({
    trusted: [{ ...ours.trusted, ...dates }],
  });
  const signedAt = NOW - HOUR_MS;

  it('is believed from its first moment and until its last', () => {
    assert.equal(said(sealed(), key({ notBefore: signedAt, notAfter: NOW + 1 })), '');
    assert.match(said(sealed(), key({ notBefore: signedAt + 1 })), /is trusted from .*, and this was signed/);
    assert.match(said(sealed(), key({ notAfter: NOW })), /is trusted until 2026-01-15 00:00 UTC only/);
  });

  it('follows another: both are believed while both are trusted', () => {
    const trusted = [{ ...ours.trusted, notAfter: NOW + 1 }, theirs.trusted];

    assert.equal(said(sealed(), { trusted }), '');
    assert.equal(said(sealed(aStatement(), theirs.signing), { trusted }), '');
    assert.match(said(sealed(), { trusted, now: NOW + 1 }), /is trusted until/);
    assert.equal(said(sealed(aStatement(), theirs.signing), { trusted, now: NOW + 1 }), '');
  });

  it('that ended spoils nothing that another trusted key signed, too', () => {
    const envelope = JSON.parse(sealed());
    envelope.signatures.push(...JSON.parse(sealed(aStatement(), theirs.signing)).signatures);

    assert.equal(
      said(JSON.stringify(envelope), { trusted: [{ ...ours.trusted, notAfter: NOW }, theirs.trusted] }),
      '',
    );
  });

  it('may be trusted for one stretch after another', () => {
    const trusted = [
      { ...ours.trusted, notBefore: NOW + HOUR_MS },
      { ...ours.trusted, notBefore: 0, notAfter: NOW + 1 },
    ];

    assert.equal(said(sealed(), { trusted }), '');
  });
});

describe('keys', () => {
  it('are Ed25519 and nothing else', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = (key: KeyObject, type: 'pkcs8' | 'spki'): string =>
      key.export({ type, format: 'pem' }).toString();

    assert.throws(
      () => readSigningKey(new Secret(pem(rsa.privateKey, 'pkcs8')), 'it'),
      /it is of type rsa; only Ed25519/,
    );
    assert.throws(() => readPublicKey(pem(rsa.publicKey, 'spki'), 'it'), /it is of type rsa; only Ed25519/);
  });

  it('that are private are refused where public ones are asked for, and the other way round', () => {
    assert.throws(
      () => readPublicKey(ours.made.privatePem, 'it'),
      /it is a private key; give the public one/,
    );
    assert.throws(() => readSigningKey(new Secret(ours.made.publicPem), 'it'), /it is no private key in PEM/);
  });

  it('that cannot be read are told without a word of their content', () => {
    const broken = ours.made.privatePem.replace(/[A-Za-z]{4}/g, 'AAAA');
    assert.throws(
      () => readSigningKey(new Secret(broken), 'env:KEY'),
      (error) =>
        error instanceof Error &&
        !`${error.stack} ${error.cause}`.includes('AAAA') &&
        /env:KEY/.test(error.message),
    );
    assert.throws(() => readPublicKey('nonsense', 'it'), /it is no public key in PEM/);
  });

  it('may stand in a variable with their line breaks written out', () => {
    const written = ours.made.privatePem.replaceAll('\n', '\\n');

    assert.equal(readSigningKey(new Secret(written), 'it').id, ours.made.id);
    assert.equal(createPrivateKey(ours.made.privatePem).asymmetricKeyType, 'ed25519');
  });
});
