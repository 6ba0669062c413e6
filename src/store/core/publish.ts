/**
 * Makes statements part of the state, a batch at a time, inside the caller's transaction. When the run is the newest
 * of what it speaks of, each claim's life is continued from where it stood; otherwise only the immutable rows are
 * written here and `recompute.ts` works the affected observations out again from all runs.
 */

import type { KeyedDetail, KeyedObservation, KeyedStatement } from '../../domain/keyed.ts';
import type { Life, Rejected } from '../../domain/statement.ts';
import { continueSpans, type Fact, factsOf, foldFacts, untold } from '../../domain/timeline.ts';
import type { Db, Value } from '../db.ts';
import { PARTS } from '../schema.ts';
import { shiftAliases } from './aliases.ts';
import type { ChangeLog } from './changes.ts';
import { recomputeFindings, spanColumns, spansOf } from './findings.ts';
import { IdSet } from './id-set.ts';
import { type Identity, nameKey } from './identity.ts';
import { replaceLabels } from './labels.ts';
import { contributionOf, type NewClaim, NewClaims } from './new-claims.ts';
import {
  classCode,
  DETAIL_COLUMNS,
  detailColumnsOf,
  MAIN_COLUMNS,
  type MainBody,
  mainColumnsOf,
  parseMain,
} from './rows.ts';
import type { Same } from './staging.ts';

export interface RunFacts {
  readonly id: number;
  readonly streamId: number;
  readonly streamTie: string;
  readonly holdMs: number;
  readonly observedAt: number;
  readonly recordedAt: number;
  /** The newest `observedAt` among the other runs that speak of the same; undefined: there is none. */
  readonly newestOther: number | undefined;
}

export interface Publication {
  /** Observations that pages of the same run mentioned before. */
  readonly earlier: IdSet;
  /** Revision ids mentioned, in order. */
  readonly members: number[];
  readonly observations: IdSet;
  readonly assets: Set<number>;
  /** Observations whose life cannot simply be continued. */
  readonly stale: Set<number>;
  readonly rejected: Rejected[];
}

export function emptyPublication(earlier: IdSet): Publication {
  return {
    earlier,
    members: [],
    observations: new IdSet(),
    assets: new Set(),
    stale: new Set(),
    rejected: [],
  };
}

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

interface ClaimRow {
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

const CLAIM_COLUMNS = [
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

const SPAN_COLUMNS = ['live', 'opened_at', 'closed_at', 'reason', 'past'] as const;

export class Publisher {
  readonly #db: Db;
  readonly #run: RunFacts;
  readonly #identity: Identity;
  readonly #log: ChangeLog;
  readonly #out: Publication;
  readonly #claims: NewClaims;

  constructor(db: Db, run: RunFacts, identity: Identity, log: ChangeLog, out: Publication) {
    this.#db = db;
    this.#run = run;
    this.#identity = identity;
    this.#log = log;
    this.#out = out;
    this.#claims = new NewClaims(db, run, identity, log);
  }

  get isLate(): boolean {
    return this.#run.newestOther !== undefined && this.#run.observedAt < this.#run.newestOther;
  }

  /**
   * Statements in the order stated; one batch holds each key at most once per part. `areNew`: the store is known not
   * to know any of them.
   */
  async publish(statements: readonly KeyedStatement[], areNew: boolean): Promise<void> {
    await this.#publishMains(
      statements.filter((one) => one.part === 'main'),
      areNew,
    );
    await this.#publishDetails(statements.filter((one) => one.part === 'detail'));
  }

  /** As `mention`, of what was looked up and still holds. */
  mentionAll({ ids, revisions, assets, findings }: Same): void {
    for (const id of ids) this.#out.observations.add(id);
    for (const revision of revisions) this.#out.members.push(revision);
    for (const asset of assets) this.#out.assets.add(asset);
    for (const finding of findings) this.#log.mentioned(finding);
  }

  /** Observations that say exactly what they said and are as live as they state: only mentioned. */
  async mention(rows: readonly { readonly id: number; readonly revision: number }[]): Promise<void> {
    for (const { id, revision } of rows) {
      this.#out.members.push(revision);
      this.#out.observations.add(id);
    }
    const ids = rows.map(({ id }) => id);
    const claims = await this.#db.select<NamedClaim>('claim', 'observation_id', NAMED_CLAIM, ids);
    for (const claim of claims) if (isNamed(claim)) this.#log.mentioned(claim.finding_id);
    const owners = await this.#db.select<{ asset_id: number }>('observation', 'id', ['asset_id'], ids);
    for (const { asset_id } of owners) this.#out.assets.add(asset_id);
  }

  /** Mentions of a revision that another run has replaced since it was looked up. */
  async mentionAgain(rows: readonly { readonly id: number; readonly revision: number }[]): Promise<void> {
    await this.mention(rows);
    for (const { id } of rows) this.#out.stale.add(id);
  }

  async #publishMains(mains: readonly KeyedObservation[], areNew: boolean): Promise<void> {
    if (mains.length === 0) return;
    const known = areNew ? [] : await this.#lookUp(mains);
    const fresh = mains.filter((_, index) => known[index] === undefined);
    const again = mains.flatMap((statement, index) => {
      const row = known[index];
      return row === undefined ? [] : [{ statement, row }];
    });
    const assets = await this.#identity.assets(fresh.map(({ asset }) => asset));
    const subjects = await this.#identity.subjects(fresh.map(({ subject }) => subject));
    const ids = await this.#createObservations(fresh, assets, subjects);
    if (this.isLate) for (const id of ids) this.#out.stale.add(id);
    // Members keep the order of the file: a later statement of the same run corrects an earlier one.
    const touched = new Set<number>();
    // Names are joined before anything is claimed by them, so that no finding is made only to be merged away.
    const shifts = fresh.map(({ defects }) => ({ before: [], after: defects }));
    await shiftAliases(this.#db, this.#identity, shifts, this.#log);
    await this.#claimFresh(fresh, { ids, assets, subjects }, touched);
    await this.#sayAgain(again, touched);
    await recomputeFindings(this.#db, [...touched], this.#log);
  }

  async #lookUp(
    statements: readonly { readonly key: string }[],
  ): Promise<readonly (ObservationRow | undefined)[]> {
    const keys = statements.map(({ key }): Value[] => [this.#run.streamId, key]);
    return await this.#db.find<ObservationRow>(
      'observation',
      ['stream_id', 'key'],
      OBSERVATION_COLUMNS,
      keys,
    );
  }

  async #createObservations(
    fresh: readonly KeyedObservation[],
    assets: readonly number[],
    subjects: readonly number[],
  ): Promise<readonly number[]> {
    if (fresh.length === 0) return [];
    const { observedAt, id: runId, streamId } = this.#run;
    const abouts = await this.#identity.abouts(fresh);
    const firstObservation = await this.#db.allocate('observation', fresh.length);
    const firstRevision = await this.#db.allocate('revision', fresh.length);
    const observations: Value[][] = [];
    const revisions: Value[][] = [];
    const ids: number[] = [];
    fresh.forEach((statement, index) => {
      const id = firstObservation + index;
      const revision = firstRevision + index;
      const asset = assets[index] ?? 0;
      const columns = mainColumnsOf(statement);
      observations.push([
        id,
        streamId,
        statement.key,
        asset,
        classCode(statement.class),
        subjects[index] ?? 0,
        Number(statement.life.state === 'open'),
        revision,
        statement.digest,
        columns.main_stamp,
        null,
        null,
        null,
        columns.severity,
        columns.score,
        columns.facts,
        columns.fixable,
        0,
        columns.set_aside,
        columns.due_at,
        columns.occurrences,
        0,
        columns.title,
        null,
      ]);
      const { digest, body } = statement;
      revisions.push([revision, id, PARTS.main, digest, abouts[index] ?? 0, body, observedAt, runId]);
      ids.push(id);
      this.#out.members.push(revision);
      this.#out.assets.add(asset);
    });
    this.#out.observations.addRow(firstObservation, fresh.length);
    await this.#db.insert('observation', observations);
    await this.#db.insert('revision', revisions);
    const labelled = fresh.flatMap(({ labels }, index) =>
      labels.length === 0 ? [] : [{ observation: ids[index] ?? 0, labels }],
    );
    await replaceLabels(this.#db, this.#identity, PARTS.main, labelled, { fresh: true });
    return ids;
  }

  /** Claims of new observations; findings that only they make are computed here without reading anything back. */
  async #claimFresh(
    fresh: readonly KeyedObservation[],
    { ids, assets, subjects }: Readonly<Record<'ids' | 'assets' | 'subjects', readonly number[]>>,
    touched: Set<number>,
  ): Promise<void> {
    if (fresh.length === 0) return;
    const names = await this.#identity.names(fresh.flatMap(({ defects }) => defects));
    const wanted: NewClaim[] = [];
    fresh.forEach((statement, index) => {
      const spans = foldFacts(factsOf(statement.life, this.#run.observedAt, true));
      const seen = new Set<number>();
      for (const { kind, names: ownNames } of statement.defects) {
        const name = names.get(nameKey(kind, ownNames[0]));
        if (name === undefined || seen.has(name.id)) continue;
        seen.add(name.id);
        wanted.push({
          observation: ids[index] ?? 0,
          name: name.id,
          key: [assets[index] ?? 0, name.vulnerability_id, subjects[index] ?? 0],
          classCode: classCode(statement.class),
          spans,
          contribution: contributionOf(statement, spans, this.#run.streamTie),
        });
      }
    });
    await this.#claims.add(wanted, touched);
  }

  async #sayAgain(again: readonly Again[], touched: Set<number>): Promise<void> {
    if (again.length === 0) return;
    const changed = again.filter(({ statement, row }) => row.main_digest !== statement.digest);
    const revisions = await this.#revisionsFor(changed, PARTS.main);
    for (const { statement, row } of again) {
      this.#out.members.push(revisions.get(statement) ?? row.main_revision);
      // Said twice in one run, differently: the later counts, so what the earlier said must go.
      const isRepeated = this.#out.observations.has(row.id) || this.#out.earlier.has(row.id);
      if (statement.digest !== row.main_digest && isRepeated) this.#out.stale.add(row.id);
      this.#out.observations.add(row.id);
      this.#out.assets.add(row.asset_id);
    }
    const before = this.isLate ? new Map<number, MainBody>() : await this.#mainBodies(changed);
    const shifts = changed.flatMap(({ statement, row }) => {
      const earlier = before.get(row.id);
      return earlier === undefined ? [] : [{ before: earlier.defects, after: statement.defects }];
    });
    await shiftAliases(this.#db, this.#identity, shifts, this.#log);
    const claims = Map.groupBy(
      await this.#db.select<ClaimRow>(
        'claim',
        'observation_id',
        CLAIM_COLUMNS,
        again.map(({ row }) => row.id),
      ),
      (claim) => claim.observation_id,
    );
    const named = await this.#identity.names(again.flatMap(({ statement }) => statement.defects));
    for (const { statement, row } of again) {
      const own = new Set(statement.defects.map(({ kind, names }) => named.get(nameKey(kind, names[0]))?.id));
      for (const claim of claims.get(row.id) ?? [])
        if (own.has(claim.name_id)) this.#log.mentioned(claim.finding_id);
    }
    if (this.isLate) {
      await this.#claimNewNames(again, claims, touched);
      for (const { row } of again) this.#out.stale.add(row.id);
      return;
    }
    for (const { row } of changed) {
      for (const claim of claims.get(row.id) ?? []) this.#log.contentChanged(claim.finding_id);
    }
    await this.#storeMain(changed, revisions);
    await this.#continueLives(again, claims, touched, before);
    await this.#claimNewNames(changed, claims, touched);
  }

  /** The revision ids of changed statements: the observation's own earlier one where it says that again. */
  async #revisionsFor(
    changed: readonly { readonly statement: KeyedStatement; readonly row: ObservationRow }[],
    part: number,
  ): Promise<Map<KeyedStatement, number>> {
    const ids = new Map<KeyedStatement, number>();
    if (changed.length === 0) return ids;
    interface Row {
      readonly id: number;
      readonly observation_id: number;
      readonly part: number;
      readonly digest: string;
    }
    const stored = await this.#db.select<Row>(
      'revision',
      'observation_id',
      ['id', 'observation_id', 'part', 'digest'],
      changed.map(({ row }) => row.id),
    );
    const byDigest = new Map(
      stored.map((row) => [`${row.observation_id} ${row.part} ${row.digest}`, row.id]),
    );
    const unknown = changed.filter(({ statement, row }) => {
      const id = byDigest.get(`${row.id} ${part} ${statement.digest}`);
      if (id !== undefined) ids.set(statement, id);
      return id === undefined;
    });
    const reverted = changed.filter(({ statement }) => ids.has(statement));
    if (!this.isLate) await this.#noteReversions(reverted, ids, part);
    if (unknown.length === 0) return ids;
    const abouts = await this.#identity.abouts(unknown.map(({ statement }) => statement));
    const first = await this.#db.allocate('revision', unknown.length);
    await this.#db.insert(
      'revision',
      unknown.map(({ statement, row }, index): Value[] => {
        ids.set(statement, first + index);
        const { observedAt, id: runId } = this.#run;
        return [
          first + index,
          row.id,
          part,
          statement.digest,
          abouts[index] ?? 0,
          statement.body,
          observedAt,
          runId,
        ];
      }),
    );
    return ids;
  }

  async #noteReversions(
    reverted: readonly { readonly statement: KeyedStatement; readonly row: ObservationRow }[],
    ids: ReadonlyMap<KeyedStatement, number>,
    part: number,
  ): Promise<void> {
    for (const { statement, row } of reverted) {
      await this.#db.run('DELETE FROM reversion WHERE observation_id = ? AND part = ? AND valid_at = ?', [
        row.id,
        part,
        this.#run.observedAt,
      ]);
      await this.#db.insert('reversion', [[row.id, part, this.#run.observedAt, ids.get(statement) ?? 0]]);
    }
  }

  async #storeMain(changed: readonly Again[], revisions: ReadonlyMap<KeyedStatement, number>): Promise<void> {
    await this.#db.update(
      'observation',
      'id',
      ['main_revision', 'main_digest', ...MAIN_COLUMNS],
      changed.map(({ statement, row }) => {
        const columns = mainColumnsOf(statement);
        const values = MAIN_COLUMNS.map((column) => columns[column]);
        return [row.id, revisions.get(statement) ?? 0, statement.digest, ...values];
      }),
    );
    const labelled = changed.map(({ statement, row }) => ({ observation: row.id, labels: statement.labels }));
    await replaceLabels(this.#db, this.#identity, PARTS.main, labelled, { fresh: false });
  }

  /** Continues each known claim with what this mention says, unless it tells of a past the store did not know. */
  async #continueLives(
    again: readonly Again[],
    claims: ReadonlyMap<number, readonly ClaimRow[]>,
    touched: Set<number>,
    before: ReadonlyMap<number, MainBody>,
  ): Promise<void> {
    const names = await this.#identity.names(again.flatMap(({ statement }) => statement.defects));
    const updates: Value[][] = [];
    const liveness: Value[][] = [];
    for (const { statement, row } of again) {
      const { observedAt, newestOther: horizon = Number.NEGATIVE_INFINITY } = this.#run;
      const facts = factsOf(statement.life, observedAt, false);
      const earlier = before.get(row.id)?.life ?? statement.life;
      if (!tellsOnlyNews(facts, observedAt, horizon, earlier)) this.#out.stale.add(row.id);
      // What is stated and open is live by the defects it names, old or new ones.
      const isLive = Number(statement.life.state === 'open');
      if (isLive !== row.live) liveness.push([row.id, isLive]);
      // Worked out again from all runs, and not from here.
      if (this.#out.stale.has(row.id)) continue;
      const news = facts.filter(({ at }) => at > horizon || at === observedAt).sort((a, b) => a.at - b.at);
      const named = new Set(
        statement.defects.map(({ kind, names: own }) => names.get(nameKey(kind, own[0]))?.id),
      );
      for (const claim of claims.get(row.id) ?? []) {
        const spans = spansOf(claim);
        const says: readonly Fact[] = named.has(claim.name_id)
          ? news
          : [{ at: this.#run.observedAt, closed: 'no-longer-named' }];
        const after = continueSpans(spans, says);
        if (after !== spans) {
          const columns = spanColumns(after);
          updates.push([claim.id, ...SPAN_COLUMNS.map((column) => columns[column])]);
        }
        if (after !== spans || statement.digest !== row.main_digest) touched.add(claim.finding_id);
      }
    }
    await this.#db.update('claim', 'id', SPAN_COLUMNS, updates);
    await this.#db.update('observation', 'id', ['live'], liveness);
  }

  /** What these observations said until now. */
  async #mainBodies(changed: readonly Again[]): Promise<ReadonlyMap<number, MainBody>> {
    const ids = changed.map(({ row }) => row.main_revision);
    const bodies = await this.#db.select<{ observation_id: number; body: string }>(
      'revision',
      'id',
      ['observation_id', 'body'],
      ids,
    );
    return new Map(bodies.map(({ observation_id, body }) => [observation_id, parseMain(body)]));
  }

  /** Defects that an observation names for the first time. */
  async #claimNewNames(
    again: readonly Again[],
    claims: ReadonlyMap<number, readonly ClaimRow[]>,
    touched: Set<number>,
  ): Promise<void> {
    const names = await this.#identity.names(again.flatMap(({ statement }) => statement.defects));
    const subjects = await this.#identity.subjects(again.map(({ statement }) => statement.subject));
    const wanted: NewClaim[] = [];
    again.forEach(({ statement, row }, index) => {
      const claimed = new Set((claims.get(row.id) ?? []).map((claim) => claim.name_id));
      for (const { kind, names: own } of statement.defects) {
        const name = names.get(nameKey(kind, own[0]));
        if (name === undefined || claimed.has(name.id)) continue;
        claimed.add(name.id);
        const spans = foldFacts(factsOf(statement.life, this.#run.observedAt, true));
        wanted.push({
          observation: row.id,
          name: name.id,
          key: [row.asset_id, name.vulnerability_id, subjects[index] ?? 0],
          classCode: classCode(statement.class),
          spans,
          contribution: contributionOf(statement, spans, this.#run.streamTie),
        });
      }
    });
    // Their details, if they have any, were read before: what is stored knows them.
    for (const id of await this.#claims.add(wanted, touched)) touched.add(id);
  }

  async #publishDetails(details: readonly KeyedDetail[]): Promise<void> {
    if (details.length === 0) return;
    const known = await this.#lookUp(details);
    const pairs = details.flatMap((statement, index) => {
      const row = known[index];
      if (row !== undefined) return [{ statement, row }];
      this.#out.rejected.push({
        at: statement.key,
        key: statement.key,
        reason: 'details of an entry that was never listed',
      });
      return [];
    });
    const changed = pairs.filter(({ statement, row }) => row.detail_digest !== statement.digest);
    const revisions = await this.#revisionsFor(changed, PARTS.detail);
    for (const { statement, row } of pairs) {
      const revision = revisions.get(statement) ?? row.detail_revision;
      if (revision !== null) this.#out.members.push(revision);
    }
    const ids = changed.map(({ row }) => row.id);
    const claims = await this.#db.select<{ finding_id: number }>(
      'claim',
      'observation_id',
      ['finding_id'],
      ids,
    );
    for (const { finding_id } of claims) {
      this.#log.mentioned(finding_id);
    }
    if (this.isLate) {
      for (const id of ids) this.#out.stale.add(id);
      return;
    }
    for (const { finding_id } of claims) this.#log.contentChanged(finding_id);
    await this.#db.update(
      'observation',
      'id',
      ['detail_revision', 'detail_digest', ...DETAIL_COLUMNS],
      changed.map(({ statement, row }) => {
        const columns = detailColumnsOf(statement);
        const values = DETAIL_COLUMNS.map((column) => columns[column]);
        return [row.id, revisions.get(statement) ?? 0, statement.digest, ...values];
      }),
    );
    const labelled = changed.map(({ statement, row }) => ({ observation: row.id, labels: statement.labels }));
    await replaceLabels(this.#db, this.#identity, PARTS.detail, labelled, { fresh: false });
    await recomputeFindings(this.#db, [...new Set(claims.map(({ finding_id }) => finding_id))], this.#log);
  }
}

/** True when every fact up to the horizon was already stated by the revision before. */
function tellsOnlyNews(facts: readonly Fact[], observedAt: number, horizon: number, before: Life): boolean {
  const past = facts.filter(({ at }) => at <= horizon && at !== observedAt);
  return untold(past, observedAt, factsOf(before, Number.MAX_SAFE_INTEGER, false)).length === 0;
}

export interface NamedClaim {
  readonly finding_id: number;
  readonly reason: string | null;
}

export const NAMED_CLAIM = ['finding_id', 'reason'] as const;

/** False for what the observation once named and no longer does: saying the rest again does not mention it. */
export function isNamed({ reason }: NamedClaim): boolean {
  return reason !== 'no-longer-named';
}

interface Again {
  readonly statement: KeyedObservation;
  readonly row: ObservationRow;
}
