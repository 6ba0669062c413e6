/**
 * Would it be decided the same today? What a verdict was decided from is kept with it, so anybody can decide it again:
 * by another version of Gatehouse, by another policy, without the store, years later.
 */
import * as z from 'zod';
import { type Kept, keptCoreOf } from '../attest/core.ts';
import { differencesOf, readCore } from '../attest/core-difference.ts';
import { SHA256, sha256Of } from '../attest/digest.ts';
import { factsOf, inputFrom, policyDigest } from '../attest/facts.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { VERDICTS, type Verdict, type VerdictWord } from '../domain/verdict.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { packText, unpackText } from '../platform/packed-text.ts';
import { compilePolicy } from '../policy/compile-policy.ts';
import { type DecideInput, decide } from '../policy/decide.ts';
import { tablesIn, withTables } from '../policy/policy-tables.ts';

/** All that replay needs of a verdict. */
export interface Decision {
  /** Version of Gatehouse that decided. */
  readonly engine: string;
  /** SHA-256 of the policy, lower-case hex. */
  readonly policy: string;
  readonly core: Kept;
  readonly facts: Kept;
}

/** `verdict` is what `decide` gave for this input, with or without what was added to it since. */
export function decisionOf(input: DecideInput, verdict: Verdict, engine: string): Decision {
  return {
    engine,
    policy: policyDigest(input.policy),
    core: keptCoreOf(verdict),
    facts: factsOf(input),
  };
}

export interface Replayed {
  /** Byte for byte. */
  readonly isSame: boolean;
  readonly verdict: Was<VerdictWord>;
  readonly engine: Was<string>;
  /** Digests. */
  readonly policy: Was<string>;
  readonly core: Was<string>;
  readonly facts: string;
  /** Sentences; none when it is the same. */
  readonly differences: readonly string[];
  /** What has to be known to read the result rightly. */
  readonly notes: readonly string[];
}

interface Was<T> {
  readonly was: T;
  readonly is: T;
}

/**
 * Decides again, by this engine and, where one is given, by another policy.
 *
 * @throws GatehouseError `input-invalid` when what was kept is not what it says it is, or cannot be judged
 */
export function replay(
  kept: Decision,
  by: { readonly engine: string; readonly policy?: Policy | undefined },
): Replayed {
  const input = inputFrom(kept.facts.text, kept.facts.digest);
  assertUnchanged(kept, input);
  const was = readCore(kept.core.text);
  const policy = by.policy === undefined ? input.policy : withTables(by.policy, tablesIn(input.policy));
  const core = keptCoreOf(decideAgain({ ...input, policy }));
  const is = readCore(core.text);
  return {
    isSame: core.digest === kept.core.digest,
    verdict: { was: was.verdict, is: is.verdict },
    engine: { was: kept.engine, is: by.engine },
    policy: { was: kept.policy, is: policyDigest(policy) },
    core: { was: kept.core.digest, is: core.digest },
    facts: kept.facts.digest,
    differences: differencesOf(was, is),
    notes: notesOn(input, policy),
  };
}

function assertUnchanged({ core, policy }: Decision, input: DecideInput): void {
  const changed = (what: string): GatehouseError =>
    new GatehouseError(
      'input-invalid',
      `the ${what} kept with the verdict is not the one it was decided with`,
    );
  if (sha256Of(core.text) !== core.digest) throw changed('outcome');
  if (policyDigest(input.policy) !== policy) throw changed('policy');
}

/** A rule refuses parameters that are not its own: those of another version, or made up. */
function decideAgain(input: DecideInput): Verdict {
  try {
    return decide(input);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    throw new GatehouseError(
      'input-invalid',
      'this version cannot judge by that policy: a rule has other parameters',
      {
        cause,
      },
    );
  }
}

/** Facts hold what their own policy asked a store for; one that asks for more may find nothing where there is something. */
function notesOn(input: DecideInput, policy: Policy): readonly string[] {
  const asked = (by: Policy): string =>
    canonicalJson(compilePolicy(by, input), { loneSurrogates: 'replace' });
  if (policy === input.policy || asked(policy) === asked(input.policy)) return [];
  return [
    'the policy asks about other findings than the one it was decided by: findings that only it asks about are not in the facts, and could make the verdict worse',
  ];
}

/** Far above the facts of any verdict that people read; a file that unpacks to more is no bundle. */
export const LARGEST_BUNDLE_BYTES = 400_000_000;

const BUNDLE = 'gatehouse-decision/1';

const Sha256 = z.string().regex(SHA256);
const Bundle = z.looseObject({
  bundle: z.literal(BUNDLE),
  engine: z.string().max(100),
  policy: Sha256,
  core: z.looseObject({ digest: Sha256, content: z.looseObject({ verdict: z.enum(VERDICTS) }) }),
  facts: z.looseObject({ digest: Sha256, content: z.unknown() }),
});

/** A decision as a file that replays without a store: JSON packed with gzip, to be read with `zcat`. */
export async function packDecision({ engine, policy, core, facts }: Decision): Promise<Uint8Array> {
  const kept = ({ digest, text }: Kept): string => `{"content":${text},"digest":"${digest}"}`;
  const parts = [
    `"bundle":${JSON.stringify(BUNDLE)}`,
    `"core":${kept(core)}`,
    `"engine":${JSON.stringify(engine)}`,
    `"facts":${kept(facts)}`,
    `"policy":"${policy}"`,
  ];
  return await packText(`{${parts.join(',')}}\n`);
}

/** @throws GatehouseError `input-invalid` when it is no such file; that its parts fit is for `replay` to tell */
export async function unpackDecision(file: Uint8Array): Promise<Decision> {
  const read = Bundle.safeParse(parse(await unpacked(file)));
  if (!read.success) throw noBundle(read.error.issues[0]?.path.join('.') || 'document');
  const { engine, policy, core, facts } = read.data;
  return {
    engine,
    policy,
    core: { digest: core.digest, text: canonicalJson(core.content) },
    facts: { digest: facts.digest, text: canonicalJson(facts.content) },
  };
}

async function unpacked(file: Uint8Array): Promise<string> {
  try {
    return await unpackText(file, LARGEST_BUNDLE_BYTES);
  } catch (cause) {
    throw noBundle('it cannot be unpacked', cause);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw noBundle('it is not JSON', cause);
  }
}

function noBundle(why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('input-invalid', `this is no bundle of a verdict: ${why}`, { cause });
}
