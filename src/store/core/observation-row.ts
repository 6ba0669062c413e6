/** Observations and their claims as publishing reads them. */
import type { KeyedObservation } from '../../domain/keyed.ts';

export const OBSERVATION_COLUMNS = [
  'id',
  'key',
  'asset_id',
  'live',
  'main_revision',
  'main_digest',
  'detail_revision',
  'detail_digest',
] as const;

export interface ObservationRow {
  readonly id: number;
  readonly key: string;
  readonly asset_id: number;
  readonly live: number;
  readonly main_revision: number;
  readonly main_digest: string;
  readonly detail_revision: number | null;
  readonly detail_digest: string | null;
}

export interface ClaimRow {
  readonly id: number;
  readonly observation_id: number;
  readonly name_id: number;
  readonly finding_id: number;
  readonly live: number;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly reason: string | null;
  readonly past: string | null;
}

export const CLAIM_COLUMNS = [
  'id',
  'observation_id',
  'name_id',
  'finding_id',
  'live',
  'opened_at',
  'closed_at',
  'reason',
  'past',
] as const;

export const SPAN_COLUMNS = ['live', 'opened_at', 'closed_at', 'reason', 'past'] as const;

export interface NamedClaim {
  readonly finding_id: number;
  readonly reason: string | null;
}

export const NAMED_CLAIM = ['finding_id', 'reason'] as const;

/** False for what the observation once named and no longer does: saying the rest again does not mention it. */
export function isNamed({ reason }: NamedClaim): boolean {
  return reason !== 'no-longer-named';
}

/** A statement about an observation that the store knows. */
export interface Again {
  readonly statement: KeyedObservation;
  readonly row: ObservationRow;
}
