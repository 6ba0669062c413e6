/** Waivers as people asked for and granted them: events appended, never changed. */
import { GatehouseError } from '../../domain/errors.ts';
import { WaiverEvent, WaiverId, whyNotNext } from '../../domain/waiver-history.ts';
import type { Db } from '../db.ts';
import { loadWaivers } from '../read/waivers.ts';
import type { NewWaiverEvent } from '../store.ts';

/** Returns the waiver's id. Who says what next is judged in the transaction, so two at once cannot both be right. */
export async function recordWaiver(db: Db, given: NewWaiverEvent, recordedAt: number): Promise<string> {
  const event = checked(given);
  return await db.transaction(async () => {
    const id = given.waiver ?? (await freeId(db, given.taken ?? []));
    const [known] = await loadWaivers(db, id);
    const events = known?.events ?? [];
    if (known === undefined && event.kind !== 'requested') {
      throw new GatehouseError('not-found', `there is no waiver ${id} in the store`);
    }
    const why = whyNotNext(events, event);
    if (why !== undefined) throw new GatehouseError('input-invalid', `waiver ${id}: ${why}`);
    const { kind, by, validAt, ...body } = event;
    await db.insert('waiver_event', [
      [id, events.length, kind, by, validAt, recordedAt, JSON.stringify(body)],
    ]);
    return id;
  });
}

function checked({ waiver, event }: NewWaiverEvent): WaiverEvent {
  const id = WaiverId.optional().safeParse(waiver);
  const read = WaiverEvent.safeParse(event);
  if (id.success && read.success) return read.data;
  const problems = [...(id.error?.issues ?? []), ...(read.error?.issues ?? [])].map(({ path, message }) =>
    [path.join('.'), message].filter((part) => part !== '').join(': '),
  );
  throw new GatehouseError('input-invalid', `waiver ${waiver ?? ''}: ${problems.join('; ')}`);
}

/** `W-7`; not one that stands in a file, which would hide it. */
async function freeId(db: Db, taken: readonly string[]): Promise<string> {
  for (;;) {
    const id = `W-${await db.allocate('waiver_event', 1)}`;
    if (!taken.includes(id) && (await loadWaivers(db, id)).length === 0) return id;
  }
}
