import { GatehouseError } from '../domain/errors.ts';
import { Instant } from '../domain/instant.ts';
import { ASSET_KINDS, type AssetRef } from '../domain/statement.ts';
import { nearest } from './nearest.ts';

/** `--asset image:registry/app`, or a name alone, which is a repository. Throws `input-invalid` for a kind misspelt. */
export function parseAsset(text: string): AssetRef {
  const [prefix = '', ...rest] = text.split(':');
  const kind = ASSET_KINDS.find((one) => one === prefix);
  const name = kind === undefined ? text : rest.join(':');
  if (name.trim() === '') throw new GatehouseError('input-invalid', `--asset "${text}" names nothing`);
  const meant = kind === undefined && rest.length > 0 ? nearest(prefix, ASSET_KINDS) : undefined;
  if (meant === undefined) return { kind: kind ?? 'repository', name };
  throw new GatehouseError(
    'input-invalid',
    `--asset ${text}: there is no kind '${prefix}'; did you mean ${meant}? There are ${ASSET_KINDS.join(', ')}; ` +
      `a repository of that name is repository:${text}`,
  );
}

/** Clocks of scanners may be ahead by so much. */
const AHEAD_MS = 86_400_000;

/**
 * `--observed-at`: ISO 8601, or epoch milliseconds. Throws `input-invalid` for a date that the calendar does not have,
 * and for one that is ahead: no later scan could ever speak against it.
 */
export function parseMoment(text: string, now: number): number {
  const at = Instant.safeParse(/^\d{10,}$/.test(text) ? Number(text) : text);
  if (!at.success) {
    throw new GatehouseError('input-invalid', `"${text}" is no date; write it as 2026-01-31T12:00:00Z`);
  }
  if (at.data <= now + AHEAD_MS) return at.data;
  throw new GatehouseError('input-invalid', `"${text}" is still ahead; give the moment of the scan`);
}
