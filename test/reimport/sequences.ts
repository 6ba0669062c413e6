/** Imports in the order in which scans were made, each held to what the naive model counts. */
import assert from 'node:assert/strict';
import { isGatehouseError } from '../../src/domain/errors.ts';
import { OPEN } from '../../src/domain/filter.ts';
import { DESK_OPENS_AT, HOUR_MS, openDesk, optionsFor } from './desk.ts';
import { NaiveModel } from './naive-model.ts';
import { type Entry, isRefusedScan, type Scan, type Writer } from './writer.ts';

const POOL = 14;
const ASSETS = ['shop', 'cart'] as const;

/** A number below `end`, the same for the same seed. */
type Draw = (end: number) => number;

function drawing(seed: number): Draw {
  let state = seed >>> 0;
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
}

export function firstEntries(count: number): Entry[] {
  return Array.from({ length: count }, (_, n) => ({
    n,
    isSevere: n % 2 === 0,
    title: `Defect ${n}`,
    line: 10 + 5 * n,
    version: '1.0.0',
  }));
}

/** Throws, naming writer, seed and import, at the first count that is not the model's. */
export async function trySequence(writer: Writer, seed: number, imports: number): Promise<void> {
  const draw = drawing(seed);
  await using desk = await openDesk();
  const model = new NaiveModel(writer);
  const pools = new Map(ASSETS.map((asset) => [asset, firstEntries(POOL)]));
  const story: string[] = [];
  for (let index = 0; index < imports; index++) {
    const asset = ASSETS[draw(10) < 7 ? 0 : 1];
    const pool = pools.get(asset) ?? [];
    story.push(`${index} ${asset}: ${changePool(pool, draw)}`);
    const entries = chooseFrom(pool, draw);
    const isFailed = writer.failure !== undefined && draw(10) === 0;
    // Of one asset the scans are all older than those of the other: what is late is a matter of one asset.
    const at = new Date(DESK_OPENS_AT + (asset === 'cart' ? index - imports : index) * HOUR_MS);
    const scan: Scan = { entries, asset, at, isFailed };
    story.push(`  ${isFailed ? 'failed ' : ''}${entries.map(({ n }) => n).join(' ')}`);
    const expected = model.import(scan);
    const changes = await importing(
      desk.import(writer.write(scan), optionsFor(writer, scan)),
      isRefusedScan(writer, scan),
    );
    const message = `${writer.kind} ${writer.variant ?? ''}, seed ${seed}, import ${index}:\n${story.slice(-8).join('\n')}`;
    assert.deepEqual(changes, expected, message);
    assert.equal((await desk.store.reader.count(OPEN)).total, model.open, `open findings of ${message}`);
  }
}

/** What an import changed: nothing, where the file is refused and must be. */
export async function importing(
  imported: Promise<{ readonly changes: object }>,
  isRefused: boolean,
): Promise<object> {
  try {
    const { changes } = await imported;
    assert.ok(!isRefused, 'it is imported, and should be refused');
    return changes;
  } catch (error) {
    if (!isRefused || !isGatehouseError(error) || error.code !== 'input-invalid') throw error;
    return { created: 0, updated: 0, unchanged: 0, closed: 0, reopened: 0 };
  }
}

function changePool(pool: Entry[], draw: Draw): string {
  const each = (change: (entry: Entry) => Partial<Entry>): void => {
    for (const [index, entry] of pool.entries()) {
      if (draw(3) > 0) pool[index] = { ...entry, ...change(entry) };
    }
  };
  switch (draw(7)) {
    case 0:
      each(({ isSevere }) => ({ isSevere: !isSevere }));
      return 'scored again';
    case 1:
      each(({ n }) => ({ title: `Defect ${n}, called ${draw(4)}` }));
      return 'renamed';
    case 2:
      each(({ line }) => ({ line: line + 40 }));
      return 'moved';
    case 3:
      each(() => ({ version: `1.0.${draw(3)}` }));
      return 'of another version';
    case 4:
      pool.sort(() => draw(3) - 1);
      return 'in another order';
    default:
      return 'as before';
  }
}

function chooseFrom(pool: readonly Entry[], draw: Draw): readonly Entry[] {
  const kind = draw(8);
  if (kind === 0) return [];
  if (kind < 3) return pool;
  return pool.filter(() => draw(3) > 0);
}
