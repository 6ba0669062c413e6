/** Is this file to be believed, and does it say what is asked for? Everything that is wrong is said, not the first alone. */
import { showInstant } from '../domain/instant.ts';
import type { VerdictWord } from '../domain/verdict.ts';
import { type Opened, open, quoted, readJson } from './envelope.ts';
import type { PublicKey } from './keys.ts';
import { EXTENSION, PREDICATE_TYPE, STATEMENT_TYPE, VerdictStatement } from './statement.ts';

export interface TrustedKey extends PublicKey {
  /** Epoch ms, both; what is signed earlier is not believed, and nothing is believed from `notAfter` on. */
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
}

/** What the one who asks wants to hold. */
export interface Expected {
  readonly trusted: readonly TrustedKey[];
  /** All of them; by name and digest, or by digest alone. */
  readonly subjects: readonly { readonly name?: string | undefined; readonly sha256: string }[];
  readonly verdict: VerdictWord | 'any';
  readonly verifier?: string | undefined;
  readonly release?: string | undefined;
  readonly scope?: string | undefined;
  /** By name, or by digest: `sha256:…`. A name anybody can give to a policy of theirs. */
  readonly policy?: string | undefined;
  readonly maxAgeMs?: number | undefined;
  readonly now: number;
}

/** What an attestation says, by a key that is trusted. */
export interface Said {
  readonly verdict: VerdictWord;
  readonly subjects: readonly { readonly name: string; readonly sha256: string | undefined }[];
  readonly release: string;
  readonly scope: string;
  readonly policy: { readonly name: string; readonly sha256: string | undefined };
  readonly verifier: string;
  readonly engine: string | undefined;
  readonly enforced: boolean;
  readonly decidedAt: number;
  readonly signedAt: number;
  readonly core: string;
  readonly facts: string;
  readonly keyId: string;
}

export interface Verification {
  /** Sentences; none: all holds. */
  readonly problems: readonly string[];
  /** Undefined: nothing of it can be believed. */
  readonly said?: Said | undefined;
}

export function verifyAttestation(file: Uint8Array, expected: Expected): Verification {
  const opened = openWith(file, expected);
  if ('refused' in opened) return { problems: [opened.refused] };
  const statement = readStatement(opened.payload);
  if (typeof statement === 'string') return { problems: [statement] };
  const said = whatIsSaid(statement, opened.signedBy.id);
  return {
    said,
    problems: [
      ...keyProblems(said, expected),
      ...timeProblems(said, expected),
      ...wordProblems(said, statement.predicate.verificationResult, expected),
      ...subjectProblems(said, expected),
      ...nameProblems(said, expected),
    ],
  };
}

/** By a key that has ended only when no other signed it, too: then that is what is wrong. */
function openWith(file: Uint8Array, { trusted, now }: Expected): Opened {
  const opened = open(
    file,
    trusted.filter(({ notAfter }) => notAfter === undefined || now < notAfter),
  );
  return 'refused' in opened ? open(file, trusted) : opened;
}

function readStatement(payload: Uint8Array): VerdictStatement | string {
  const document = readJson(payload, 'the statement');
  if ('refused' in document) return document.refused;
  const { value } = document;
  const { _type, predicateType } = isObject(value) ? value : {};
  if (_type !== STATEMENT_TYPE) return `what is signed is no ${STATEMENT_TYPE} but ${shown(_type)}`;
  if (predicateType !== PREDICATE_TYPE) {
    return `what is signed is no ${PREDICATE_TYPE} but ${shown(predicateType)}`;
  }
  const read = VerdictStatement.safeParse(value);
  if (read.success) return read.data;
  const path = read.error.issues[0]?.path.join('.') ?? '';
  if (path === `predicate.${EXTENSION}`)
    return 'it is a verification summary, but not of a verdict of Gatehouse';
  return `the statement lacks something, or has it in a form that is not understood: ${quoted(path)}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function shown(type: unknown): string {
  return typeof type === 'string' ? quoted(type) : 'without type';
}

function whatIsSaid({ subject, predicate }: VerdictStatement, keyId: string): Said {
  const own = predicate[EXTENSION];
  return {
    verdict: own.verdict,
    subjects: subject.map(({ name, digest }) => ({ name, sha256: digest.sha256 })),
    release: own.release,
    scope: own.scope,
    policy: { name: own.policy, sha256: predicate.policy.digest?.sha256 },
    verifier: predicate.verifier.id,
    engine: predicate.verifier.version?.gatehouse,
    enforced: own.enforced,
    decidedAt: Date.parse(predicate.timeVerified),
    signedAt: Date.parse(own.signedAt),
    core: own.core.sha256,
    facts: own.facts.sha256,
    keyId,
  };
}

/** A key may be trusted several times, for one stretch after another: one that holds is enough. */
function keyProblems(said: Said, { trusted, now }: Expected): readonly string[] {
  const own = trusted.filter(({ id }) => id === said.keyId).map((key) => keyProblem(key, said, now));
  const [first] = own;
  return first === undefined || own.includes(undefined) ? [] : [first];
}

function keyProblem({ id, notBefore, notAfter }: TrustedKey, said: Said, now: number): string | undefined {
  if (notAfter !== undefined && now >= notAfter) {
    return `the key ${id} is trusted until ${showInstant(notAfter)} only`;
  }
  if (notBefore !== undefined && said.signedAt < notBefore) {
    return `the key ${id} is trusted from ${showInstant(notBefore)}, and this was signed ${showInstant(said.signedAt)}`;
  }
  return undefined;
}

/** Clocks differ a little; further ahead than this is no proof of being fresh. */
const CLOCK_SKEW_MS = 300_000;

function timeProblems({ decidedAt, signedAt }: Said, { maxAgeMs, now }: Expected): readonly string[] {
  if (Math.max(decidedAt, signedAt) > now + CLOCK_SKEW_MS) {
    return [`it is dated in the future: ${showInstant(Math.max(decidedAt, signedAt))}`];
  }
  if (maxAgeMs === undefined || now - decidedAt <= maxAgeMs) return [];
  return [`it is too old: decided ${showInstant(decidedAt)}, and it may be ${hours(maxAgeMs)} h old`];
}

function hours(ms: number): number {
  return Math.round(ms / 36_000) / 100;
}

function wordProblems(
  { verdict }: Said,
  result: 'PASSED' | 'FAILED',
  { verdict: wanted }: Expected,
): readonly string[] {
  if ((result === 'PASSED') !== (verdict === 'GO')) {
    return [`it contradicts itself: ${result} beside ${verdict}`];
  }
  return wanted === 'any' || wanted === verdict ? [] : [`the verdict is ${verdict}, not ${wanted}`];
}

function subjectProblems({ subjects }: Said, expected: Expected): readonly string[] {
  return expected.subjects
    .map(({ name, sha256 }) => {
      const same = subjects.filter((subject) => subject.sha256 === sha256);
      if (same.length === 0) {
        const about = subjects.map((one) => `${quoted(one.name)} sha256:${one.sha256 ?? 'none'}`);
        return `it is not about sha256:${sha256} but about ${about.slice(0, 3).join(', ')}`;
      }
      if (name === undefined || same.some((subject) => subject.name === name)) return undefined;
      return `it calls sha256:${sha256} ${quoted(same[0]?.name ?? '')}, not ${quoted(name)}`;
    })
    .filter((problem) => problem !== undefined);
}

function nameProblems(said: Said, expected: Expected): readonly string[] {
  const { name, sha256 = 'none' } = said.policy;
  const policy = expected.policy?.startsWith('sha256:') ? `sha256:${sha256}` : name;
  const names = { ...said, policy };
  return (['verifier', 'release', 'scope', 'policy'] as const).flatMap((field) => {
    const wanted = expected[field];
    if (wanted === undefined || wanted === names[field]) return [];
    return [`its ${field} is ${quoted(names[field])}, not ${quoted(wanted)}`];
  });
}
