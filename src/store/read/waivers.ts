import { type RecordedWaiverEvent, WaiverEvent, type WaiverHistory } from '../../domain/waiver-history.ts';
import type { Db } from '../db.ts';

interface Row {
  readonly waiver: string;
  readonly kind: string;
  readonly said_by: string;
  readonly valid_at: number;
  readonly recorded_at: number;
  readonly body: string;
}

/** Every waiver with all its events, the first requested first; with an id, that one. */
export async function loadWaivers(db: Db, id?: string): Promise<readonly WaiverHistory[]> {
  const rows = await db.all<Row>(
    `SELECT waiver, kind, said_by, valid_at, recorded_at, body FROM waiver_event
     WHERE 1 = ? OR waiver = ? ORDER BY waiver, seq`,
    [id === undefined ? 1 : 0, id ?? ''],
  );
  return [...Map.groupBy(rows, ({ waiver }) => waiver)]
    .map(([waiver, own]) => ({ id: waiver, events: own.map(toEvent) }))
    .sort((a, b) => (a.events[0]?.recordedAt ?? 0) - (b.events[0]?.recordedAt ?? 0));
}

function toEvent({ kind, said_by, valid_at, recorded_at, body }: Row): RecordedWaiverEvent {
  const event = WaiverEvent.parse({ ...JSON.parse(body), kind, by: said_by, validAt: valid_at });
  return { ...event, recordedAt: recorded_at };
}
