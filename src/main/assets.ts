import { GatehouseError } from '../domain/errors.ts';
import { ASSET_KINDS, type AssetRef } from '../domain/statement.ts';

/** `--asset image:registry/app`, or a name alone, which is a repository. */
export function parseAsset(text: string): AssetRef {
  const [prefix = '', ...rest] = text.split(':');
  const kind = ASSET_KINDS.find((one) => one === prefix);
  const name = kind === undefined ? text : rest.join(':');
  if (name.trim() === '') throw new GatehouseError('input-invalid', `--asset "${text}" names nothing`);
  return { kind: kind ?? 'repository', name };
}

/** `--observed-at`: ISO 8601, or epoch milliseconds. */
export function parseMoment(text: string): number {
  // Through a Date, so that a number no date can have is none either.
  const at = new Date(/^\d{10,}$/.test(text) ? Number(text) : text).getTime();
  if (Number.isFinite(at)) return at;
  throw new GatehouseError('input-invalid', `"${text}" is no date; write it as 2026-01-31T12:00:00Z`);
}
