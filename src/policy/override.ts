/** Break-glass: who may open the gate against the verdict, and for how long. */
import { GatehouseError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import type { Override, Verdict } from '../domain/verdict.ts';

const HOUR_MS = 3_600_000;

/**
 * The verdict with the override in force: its word stays, only the exit code opens. Throws GatehouseError `forbidden`
 * for a person without the right, `input-invalid` for an override without reason, already over or too long.
 */
export function overridden(verdict: Verdict, { overrides }: Policy, override: Override): Verdict {
  const { by, reason, at, until } = override;
  if (!overrides.by.some((name) => isSamePerson(name, by))) {
    throw new GatehouseError(
      'forbidden',
      `${by} may not override this verdict: the policy names ${overrides.by.join(', ') || 'nobody'} under overrides.by`,
    );
  }
  if (reason.trim() === '') throw new GatehouseError('input-invalid', 'an override needs a reason');
  if (until <= Math.max(at, verdict.decidedAt)) {
    throw new GatehouseError('input-invalid', 'the override has already ended: give a later time');
  }
  if (until - at > overrides.maxHours * HOUR_MS) {
    throw new GatehouseError(
      'input-invalid',
      `an override lasts at most ${overrides.maxHours} h (overrides.maxHours of the policy)`,
    );
  }
  return { ...verdict, override };
}

function isSamePerson(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
