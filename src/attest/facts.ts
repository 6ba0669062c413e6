/**
 * The facts of a verdict: all that `decide` was given, kept as one canonical text that is called by its digest. From
 * them the verdict can be decided again, on another day and by another version. Whatever is in the input is kept,
 * known here or not, so a field that is added to a finding needs no change here.
 */

import { GatehouseError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { type Kept, keptOf } from './core.ts';
import { sha256Of } from './digest.ts';
import { type Facts, faultOfFacts, isFacts } from './facts-shape.ts';

/** @throws GatehouseError `input-invalid` when a number in it is not finite: no such fact can be kept */
export function factsOf(input: Facts): Kept {
  return keptOf(input);
}

/**
 * What `decide` was given. With a `digest`, exactly what was kept under it.
 *
 * @throws GatehouseError `input-invalid`: other facts than those, or no facts at all
 */
export function inputFrom(text: string, digest?: string): Facts {
  if (digest !== undefined && sha256Of(text) !== digest) {
    throw new GatehouseError(
      'input-invalid',
      'the facts are not those that the verdict was decided from: their digest is another',
    );
  }
  const facts = parse(text);
  if (isFacts(facts)) return facts;
  throw new GatehouseError('input-invalid', `these are no facts of a verdict: ${faultOfFacts(facts)}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatehouseError('input-invalid', 'these are no facts of a verdict: not JSON', { cause });
  }
}

export function policyDigest(policy: Policy): string {
  return keptOf(policy).digest;
}
