/**
 * What a run was told and has not published. While a scan is still being read, a staged run looks up what the store
 * already knows, so that publishing, which others wait for, is left with little to do; whatever another run published
 * in between makes those look-ups void, and they are then done again.
 */
import type { KeyedStatement } from '../../domain/keyed.ts';
import type { Db, Spill, Value } from '../db.ts';
import { createPacker, createUnpacker, type Packer } from '../packed-statements.ts';
import { readGeneration } from './generation.ts';
import {
  isNamed,
  NAMED_CLAIM,
  type NamedClaim,
  OBSERVATION_COLUMNS,
  type ObservationRow,
} from './observation-row.ts';

/** Statements held in memory before they are packed and set down: bounds memory, spares small scans the detour. */
const HELD_IN_MEMORY = 4000;
const BATCH = 1000;
/** Keys remembered to tell that none came twice; of more statements it is looked up when they are published. */
const KEYS_REMEMBERED = 300_000;

/** Observations that say what they said: parallel columns, since there may be very many. */
export interface Same {
  readonly ids: number[];
  readonly revisions: number[];
  readonly lives: number[];
  readonly assets: Set<number>;
  readonly findings: Set<number>;
}

export class Staging {
  readonly #db: Db;
  readonly #streamId: number | undefined;
  readonly #isStaged: boolean;
  #held: KeyedStatement[] = [];
  #spill: Spill | undefined;
  #packer: Packer | undefined;
  #same = noneSame();
  #generation: number | undefined;
  /** Known keys of which something else was said. */
  readonly #changedKeys = new Set<string>();
  /** Undefined: not all that is kept is known to be new. */
  #newKeys: Set<string> | undefined = new Set();

  /** `isStaged` false: everything is published page by page, by one writer, and nothing is looked up early. */
  constructor(db: Db, streamId: number | undefined, isStaged: boolean) {
    this.#db = db;
    this.#streamId = streamId;
    this.#isStaged = isStaged;
    if (!isStaged) this.#newKeys = undefined;
  }

  get same(): Same {
    return this.#same;
  }

  /**
   * True when every statement kept names an observation that the store, as first asked, does not know. Asked once,
   * before publishing: the keys that tell are then forgotten.
   */
  takeAllNew(): boolean {
    const areAllNew = this.#newKeys !== undefined;
    this.#newKeys = undefined;
    return areAllNew;
  }

  async add(statements: readonly KeyedStatement[]): Promise<void> {
    const news = this.#isStaged ? await this.#setSameAside(statements) : statements;
    for (const statement of news) this.#held.push(statement);
    if (this.#isStaged && this.#held.length >= (this.#spill === undefined ? HELD_IN_MEMORY : BATCH)) {
      await this.#setDown();
    }
  }

  /** Whether nothing was published since the first look-up. Inside the transaction that publishes. */
  async stillHolds(): Promise<boolean> {
    return this.#generation !== undefined && this.#generation === (await readGeneration(this.#db));
  }

  async *batches(): AsyncGenerator<readonly KeyedStatement[]> {
    if (this.#spill !== undefined) {
      const unpacker = createUnpacker();
      for await (const bytes of this.#spill.read()) yield unpacker.unpack({ bytes });
    }
    for (let start = 0; start < this.#held.length; start += BATCH)
      yield this.#held.slice(start, start + BATCH);
  }

  /** A page is published; the run goes on. */
  pageDone(): void {
    this.#held = [];
  }

  async release(): Promise<void> {
    this.#held = [];
    this.#same = noneSame();
    this.#newKeys = undefined;
    await this.#spill?.drop();
  }

  /** What says exactly what is known need not be kept: it is only mentioned. Details keep their order. */
  async #setSameAside(statements: readonly KeyedStatement[]): Promise<readonly KeyedStatement[]> {
    this.#generation ??= await readGeneration(this.#db);
    const streamId = this.#streamId;
    if (streamId === undefined) {
      for (const { key } of statements) this.#keep(key, undefined);
      return statements;
    }
    const rows = await this.#db.find<ObservationRow>(
      'observation',
      ['stream_id', 'key'],
      OBSERVATION_COLUMNS,
      statements.map(({ key }): Value[] => [streamId, key]),
    );
    const same: number[] = [];
    const news = statements.filter((statement, index) => {
      const row = rows[index];
      // Of two things said of one key the later counts: what comes after a change is kept behind it.
      if (row !== undefined && saysTheSame(statement, row) && !this.#changedKeys.has(statement.key)) {
        same.push(row.id);
        this.#same.ids.push(row.id);
        this.#same.revisions.push(row.main_revision);
        this.#same.lives.push(row.live);
        this.#same.assets.add(row.asset_id);
        return false;
      }
      this.#keep(statement.key, row);
      if (row !== undefined) this.#changedKeys.add(statement.key);
      return true;
    });
    const claims = await this.#db.select<NamedClaim>('claim', 'observation_id', NAMED_CLAIM, same);
    for (const claim of claims) if (isNamed(claim)) this.#same.findings.add(claim.finding_id);
    return news;
  }

  #keep(key: string, row: ObservationRow | undefined): void {
    const keys = this.#newKeys;
    if (keys === undefined) return;
    if (row !== undefined || keys.has(key) || keys.size >= KEYS_REMEMBERED) this.#newKeys = undefined;
    else keys.add(key);
  }

  async #setDown(): Promise<void> {
    this.#spill ??= await this.#db.openSpill();
    this.#packer ??= createPacker();
    for (let start = 0; start < this.#held.length; start += BATCH) {
      await this.#spill.add(this.#packer.pack(this.#held.slice(start, start + BATCH)).bytes);
    }
    this.#held = [];
  }
}

function noneSame(): Same {
  return { ids: [], revisions: [], lives: [], assets: new Set(), findings: new Set() };
}

/** Times that the source states may only now be in the past: those have to be looked at. */
function saysTheSame(statement: KeyedStatement, row: ObservationRow): boolean {
  if (statement.part !== 'main' || row.main_digest !== statement.digest) return false;
  const { state, firstSeenAt, resolvedAt, reopenedAt } = statement.life;
  const isTimed = (firstSeenAt ?? resolvedAt ?? reopenedAt) !== undefined;
  return !isTimed && row.live === Number(state === 'open');
}
