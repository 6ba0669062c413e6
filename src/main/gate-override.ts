/** Break-glass from the command line: who, why, until when. The policy says who may. */
import { GatehouseError } from '../domain/errors.ts';
import { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { Override, Verdict } from '../domain/verdict.ts';
import { overridden } from '../policy/override.ts';
import type { Io } from './command.ts';

export interface OverrideOptions {
  readonly overrideBy?: string;
  readonly overrideReason?: string;
  readonly overrideUntil?: string;
}

/** The verdict as it is without any of the options. Throws GatehouseError `input-invalid`, `forbidden`. */
export function withOverride(verdict: Verdict, policy: Policy, options: OverrideOptions, io: Io): Verdict {
  const override = overrideOf(options, io);
  return override === undefined ? verdict : overridden(verdict, policy, override);
}

function overrideOf(options: OverrideOptions, io: Io): Override | undefined {
  const { overrideBy: by, overrideReason: reason, overrideUntil: end } = options;
  if (by === undefined && reason === undefined && end === undefined) return undefined;
  if (by === undefined || reason === undefined || end === undefined) {
    throw new GatehouseError(
      'input-invalid',
      'an override names who, why and until when: give --override-by, --override-reason and --override-until',
    );
  }
  const until = Instant.safeParse(end);
  if (!until.success) {
    throw new GatehouseError(
      'input-invalid',
      `--override-until ${end}: give a date and time, 2026-06-01T18:00Z`,
    );
  }
  return { by, reason, at: io.now().getTime(), until: until.data };
}
