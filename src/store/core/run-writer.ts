/**
 * One run being written. A staged run looks things up as statements arrive and writes nothing until `finish`; a
 * paged run publishes each page with the source's cursor. Either way the state moves in one transaction.
 */
import { GatehouseError } from '../../domain/errors.ts';
import type { RunId } from '../../domain/finding.ts';
import type { KeyedStatement } from '../../domain/keyed.ts';
import type { RunSummary } from '../../domain/run.ts';
import { noSeverities, severityOfCode } from '../../domain/severity.ts';
import type { Coverage, Rejected } from '../../domain/statement.ts';
import type { Db, Value } from '../db.ts';
import { createUnpacker, type PackedStatements } from '../packed-statements.ts';
import { PARTS } from '../schema.ts';
import type { RunStart, RunWriter } from '../store.ts';
import { ChangeLog } from './changes.ts';
import { closeAbsent } from './closing.ts';
import { readCoverage } from './coverage.ts';
import { nextGeneration } from './generation.ts';
import { IdSet } from './id-set.ts';
import { Identity } from './identity.ts';
import { encodeMembers } from './members.ts';
import { OBSERVATION_COLUMNS, type ObservationRow } from './observation-row.ts';
import { emptyPublication, type Publication } from './publication.ts';
import { Publisher } from './publish.ts';
import { observationsOn, recomputeObservations } from './recompute.ts';
import { countVulnerabilities, newestOther, noteAssets, readRunState, writeCoverage } from './run-rows.ts';
import { Staging } from './staging.ts';
import { ensureStream, findingsOfRun, observationsOfRun, saveSourceCursor } from './streams.ts';
import { type Tally, tallyStatements, writeTally } from './tally.ts';

const BATCH = 1000;

export interface OpenRun {
  readonly id: number;
  /** Undefined: the stream has no runs yet and is made when this one ends. */
  readonly streamId: number | undefined;
  readonly start: RunStart;
  /** Pages already committed by an earlier process. */
  readonly pages: number;
  readonly tally: Tally;
  readonly rejected: number;
  readonly cursor: string | undefined;
  /** Observations that those pages mention. */
  readonly mentioned?: readonly number[] | undefined;
  /** What those pages did to findings. */
  readonly restore?: ((log: ChangeLog) => void) | undefined;
}

/** What `finishTogether` needs beside the face that everyone sees. */
export interface OwnRunWriter extends RunWriter {
  readonly log: ChangeLog;
  finishInside(coverage: Coverage, cursor?: string): Promise<RunSummary>;
  release(): Promise<void>;
}

export function createRunWriter(db: Db, open: OpenRun): OwnRunWriter {
  return new StoredRun(db, open);
}

class StoredRun implements OwnRunWriter {
  readonly id: RunId;
  readonly #db: Db;
  readonly #open: OpenRun;
  readonly #staging: Staging;
  #staged: Promise<void> = Promise.resolve();
  readonly #unpacker = createUnpacker();
  #rejected: Rejected[] = [];
  readonly #rejects: Rejected[] = [];
  #pages: number;
  #rejectedBefore: number;
  #tally: Tally;
  readonly log: ChangeLog;
  /** Observations of the pages committed so far. */
  readonly #mentioned = new IdSet();
  #observedAt: number;
  #streamId: number | undefined;
  /** Whether the stream has this run's hold time. */
  #isStreamSet = false;
  #ended = false;

  constructor(db: Db, open: OpenRun) {
    this.id = open.id as RunId;
    this.#db = db;
    this.#open = open;
    this.#streamId = open.streamId;
    this.#staging = new Staging(db, open.streamId, open.start.visibility === 'staged');
    this.#pages = open.pages;
    this.#rejectedBefore = open.rejected;
    this.#tally = open.tally;
    this.#observedAt = open.start.observedAt;
    this.log = new ChangeLog(() => this.#observedAt);
    open.restore?.(this.log);
    for (const id of open.mentioned ?? []) this.#mentioned.add(id);
  }

  get observedAt(): number {
    return this.#observedAt;
  }

  get recordedAt(): number {
    return this.#open.start.recordedAt;
  }

  get cursor(): string | undefined {
    return this.#open.cursor;
  }

  async stage(
    statements: readonly KeyedStatement[] | PackedStatements,
    rejected: readonly Rejected[] = [],
  ): Promise<void> {
    this.#assertOpen();
    this.#rejected.push(...rejected);
    const told = 'bytes' in statements ? this.#unpacker.unpack(statements) : statements;
    tallyStatements(this.#tally, told);
    // Whoever stages ahead does not wait, and order matters.
    this.#staged = this.#staged.then(() => this.#staging.add(told));
    await this.#staged;
  }

  async commitPage(cursor: string): Promise<void> {
    this.#assertOpen();
    if (this.#open.start.visibility === 'staged') {
      throw new GatehouseError(
        'input-invalid',
        `run ${this.id} is staged: it has no pages, end it with finish`,
      );
    }
    const mentioned = await this.#db.transaction(async () => {
      const streamId = await this.#stream();
      const out = await this.#publishHeld('all', new Identity(this.#db));
      await this.#writePage(out);
      await recomputeObservations(this.#db, new Identity(this.#db), streamId, [...out.stale], this.log);
      await this.log.write(this.#db, this.#open.start.recordedAt, this.id);
      await this.#writeTally(cursor);
      return out.observations;
    });
    for (const id of mentioned) this.#mentioned.add(id);
    this.#pageDone();
  }

  async finish(coverage: Coverage, cursor?: string): Promise<RunSummary> {
    this.#assertOpen();
    const summary = await this.#db.transaction(() => this.finishInside(coverage, cursor));
    await this.release();
    return summary;
  }

  /** Inside the caller's transaction. */
  async finishInside(coverage: Coverage, cursor?: string): Promise<RunSummary> {
    const isMoved = this.#open.start.visibility === 'paged' && coverage.observedAt !== this.#observedAt;
    this.#observedAt = coverage.observedAt;
    const identity = new Identity(this.#db);
    const covered = coverage.assets === 'all' ? 'all' : await identity.assets(coverage.assets);
    await this.#stream();
    await this.#beginRow(coverage);
    const out = await this.#publishHeld(covered, identity);
    await this.#writePage(out);
    for (const observation of this.#mentioned) out.observations.add(observation);
    await this.#countOnce(out);
    await writeCoverage(this.#db, this.id, coverage, covered, {
      observations: this.#tally.observations,
      rejected: this.#rejectedBefore + this.#rejected.length,
    });
    // Pages were committed as of another moment: what they said has to be dated again.
    if (isMoved) {
      const told = await observationsOfRun(this.#db, this.id, [PARTS.main, PARTS.detail]);
      for (const id of told) out.stale.add(id);
    }
    await this.#settle(coverage, covered, identity, out);
    if (this.log.haveFindingsMoved) {
      this.log.remention((await findingsOfRun(this.#db, this.id)).map(({ id }) => id));
    }
    if (cursor !== undefined) await saveSourceCursor(this.#db, this.#open.start.stream.source, cursor);
    return await this.#summarise(coverage);
  }

  async interrupt(reason: string): Promise<void> {
    if (this.#open.start.visibility === 'staged') {
      await this.abandon(reason);
      return;
    }
    await this.#db.transaction(async () => {
      await this.#db.update('run', 'id', ['reasons'], [[this.id, JSON.stringify([reason])]]);
    });
    await this.release();
  }

  async abandon(reason: string): Promise<void> {
    if (this.#ended) return;
    if (this.#open.start.visibility === 'paged') {
      await this.#db.transaction(async () => {
        await this.#db.update(
          'run',
          'id',
          ['state', 'reasons'],
          [[this.id, 'failed', JSON.stringify([reason])]],
        );
      });
    }
    await this.release();
  }

  async release(): Promise<void> {
    this.#ended = true;
    await this.#staging.release();
  }

  #assertOpen(): void {
    if (this.#ended) throw new GatehouseError('input-invalid', `run ${this.id} has ended; begin a new one`);
  }

  #pageDone(): void {
    this.#staging.pageDone();
    this.#rejectedBefore += this.#rejected.length;
    this.#rejected = [];
    this.#pages += 1;
  }

  async #stream(): Promise<number> {
    const { stream, holdMs } = this.#open.start;
    if (this.#streamId === undefined || !this.#isStreamSet) {
      this.#streamId = await ensureStream(this.#db, stream, holdMs, this.log);
      this.#isStreamSet = true;
    }
    return this.#streamId;
  }

  /** A staged run exists for others only now. */
  async #beginRow(coverage: Coverage): Promise<void> {
    const { start } = this.#open;
    const streamId = await this.#stream();
    if (start.visibility === 'paged') {
      await this.#db.update('run', 'id', ['observed_at'], [[this.id, coverage.observedAt]]);
      return;
    }
    const row: Value[] = [
      this.id,
      streamId,
      'running',
      coverage.observedAt,
      start.recordedAt,
      0,
      0,
      null,
      null,
    ];
    await this.#db.insert('run', [[...row, 0, 0, '[]', null, null]]);
  }

  async #publishHeld(covered: 'all' | readonly number[], identity: Identity): Promise<Publication> {
    const out = emptyPublication(this.#mentioned);
    const { start } = this.#open;
    const { source, category, channel } = start.stream;
    const publisher = new Publisher(
      this.#db,
      {
        id: this.id,
        streamId: await this.#stream(),
        streamTie: `${source} ${category} ${channel}`,
        holdMs: start.holdMs,
        observedAt: this.#observedAt,
        recordedAt: start.recordedAt,
        newestOther: await this.#newestOther(covered, identity),
      },
      identity,
      this.log,
      out,
    );
    const holds = await this.#staging.stillHolds();
    if (holds) publisher.mentionAll(this.#staging.same);
    else await this.#publishSame(publisher);
    const areNew = holds && this.#staging.takeAllNew();
    for await (const batch of this.#staging.batches()) await publisher.publish(batch, areNew);
    await publisher.settle();
    await nextGeneration(this.#db);
    if (publisher.isLate) for (const id of out.observations) out.stale.add(id);
    return out;
  }

  /** A run that published in between may have changed what was the same when it was staged. */
  async #publishSame(publisher: Publisher): Promise<void> {
    const { ids, revisions, lives } = this.#staging.same;
    for (let start = 0; start < ids.length; start += BATCH) {
      const some = ids.slice(start, start + BATCH);
      const rows = await this.#db.find<ObservationRow>(
        'observation',
        ['id'],
        OBSERVATION_COLUMNS,
        some.map((id) => [id]),
      );
      const mentions = some.map((id, index) => ({ id, revision: revisions[start + index] ?? 0 }));
      const isStill = (index: number): boolean =>
        rows[index]?.main_revision === mentions[index]?.revision &&
        rows[index]?.live === lives[start + index];
      await publisher.mention(mentions.filter((_, index) => isStill(index)));
      await publisher.mentionAgain(mentions.filter((_, index) => !isStill(index)));
    }
  }

  async #newestOther(covered: 'all' | readonly number[], identity: Identity): Promise<number | undefined> {
    const isWhole = covered === 'all' || this.#open.start.visibility === 'paged';
    const assets = isWhole ? 'all' : await this.#mentionedAssets(covered, identity);
    return await newestOther(this.#db, await this.#stream(), this.id, assets);
  }

  async #mentionedAssets(covered: readonly number[], identity: Identity): Promise<readonly number[]> {
    const named = await identity.assets([...this.#tally.assets.values()]);
    return [...new Set([...covered, ...named])];
  }

  async #writePage(out: Publication): Promise<void> {
    const members = encodeMembers(out.members);
    await this.#db.insert('run_member', [[this.id, this.#pages, members]]);
    this.#rejected.push(...out.rejected);
    await this.#db.insert(
      'rejected',
      this.#rejected.map(({ at, reason, key }, index): Value[] => [
        this.id,
        this.#rejectedBefore + index,
        at,
        reason,
        key ?? null,
      ]),
    );
    this.#rejects.push(...this.#rejected);
    await noteAssets(this.#db, this.id, out.assets);
    await this.log.write(this.#db, this.#open.start.recordedAt, this.id);
  }

  /** An entry that came twice (pages that overlap, a page repeated after a crash) is one observation. */
  async #countOnce({ observations }: Publication): Promise<void> {
    if (observations.size === this.#tally.observations) return;
    const rows = await this.#db.select<{ severity: number }>(
      'observation',
      'id',
      ['severity'],
      [...observations],
    );
    const bySeverity = noSeverities();
    for (const { severity } of rows) bySeverity[severityOfCode(severity)] += 1;
    this.#tally = { ...this.#tally, observations: rows.length, bySeverity };
  }

  async #settle(
    coverage: Coverage,
    covered: 'all' | readonly number[],
    identity: Identity,
    out: Publication,
  ): Promise<void> {
    const streamId = await this.#stream();
    const row = await readRunState(this.#db, this.id);
    const mayClose = row.state === 'complete' && row.closes === 1;
    // What coverage selects by is judged as it was before this run told details of what it does not list.
    for (const id of out.detailed) if (!out.observations.has(id)) out.stale.add(id);
    const newest = await this.#newestOther(covered, identity);
    const isLate = newest !== undefined && coverage.observedAt < newest;
    if (mayClose && isLate) {
      for (const id of await observationsOn(this.#db, streamId, covered)) out.stale.add(id);
    }
    if (mayClose && !isLate) {
      const stored = await readCoverage(this.#db, row);
      await closeAbsent(this.#db, streamId, coverage.observedAt, stored, out.observations, this.log);
    }
    await recomputeObservations(this.#db, identity, streamId, [...out.stale], this.log);
    await this.log.write(this.#db, this.#open.start.recordedAt, this.id);
  }

  async #writeTally(cursor: string): Promise<void> {
    const rejected = this.#rejectedBefore + this.#rejected.length;
    await this.#db.update(
      'run',
      'id',
      ['observations', 'rejected', 'tally', 'cursor'],
      [[this.id, this.#tally.observations, rejected, writeTally(this.#tally), cursor]],
    );
  }

  async #summarise(coverage: Coverage): Promise<RunSummary> {
    const row = await readRunState(this.#db, this.id);
    return {
      run: this.id,
      state: row.state === 'complete' ? 'complete' : 'partial',
      observations: this.#tally.observations,
      findings: this.log.findingCount,
      vulnerabilities: await countVulnerabilities(this.#db, this.log.findingsMentioned()),
      bySeverity: this.#tally.bySeverity,
      rejected: this.#rejectedBefore + this.#rejected.length,
      rejects: this.#rejects,
      reasons: JSON.parse(row.reasons) as string[],
      coverage,
      changes: this.log.counts(),
    };
  }
}
