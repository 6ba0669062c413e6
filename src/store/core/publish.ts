/**
 * Makes statements part of the state, a batch at a time, inside the caller's transaction. When the run is the newest
 * of what it speaks of, each claim's life is continued from where it stood; otherwise only the immutable rows are
 * written here and `recompute.ts` works the affected observations out again from all runs.
 */

import type { KeyedObservation, KeyedStatement } from '../../domain/keyed.ts';
import { factsOf, foldFacts } from '../../domain/timeline.ts';
import type { Db, Value } from '../db.ts';
import { PARTS } from '../schema.ts';
import { stateAliases } from './aliases.ts';
import type { ChangeLog } from './changes.ts';
import { continueLives } from './continue-lives.ts';
import { recomputeFindings } from './findings.ts';
import { type Identity, nameKey } from './identity.ts';
import { replaceLabels } from './labels.ts';
import { contributionOf, type NewClaim, NewClaims } from './new-claims.ts';
import {
  type Again,
  CLAIM_COLUMNS,
  type ClaimRow,
  isNamed,
  NAMED_CLAIM,
  type NamedClaim,
  OBSERVATION_COLUMNS,
  type ObservationRow,
} from './observation-row.ts';
import { isLate, type Publication, type RunFacts } from './publication.ts';
import { publishDetails } from './publish-details.ts';
import { lastWords } from './repeats.ts';
import { revisionsFor } from './revisions.ts';
import { classCode, MAIN_COLUMNS, type MainBody, mainColumnsOf, parseMain } from './rows.ts';
import type { Same } from './staging.ts';

export class Publisher {
  readonly #db: Db;
  readonly #run: RunFacts;
  readonly #identity: Identity;
  readonly #log: ChangeLog;
  readonly #out: Publication;
  readonly #claims: NewClaims;
  /** Findings to work out once all is said: thousands of observations may be of one. */
  readonly #touched = new Set<number>();

  constructor(db: Db, run: RunFacts, identity: Identity, log: ChangeLog, out: Publication) {
    this.#db = db;
    this.#run = run;
    this.#identity = identity;
    this.#log = log;
    this.#out = out;
    this.#claims = new NewClaims(db, run, identity, log);
  }

  get isLate(): boolean {
    return isLate(this.#run);
  }

  /** Statements in the order stated. `areNew`: the store is known not to know any of them. */
  async publish(statements: readonly KeyedStatement[], areNew: boolean): Promise<void> {
    await this.#publishMains(
      statements.filter((one) => one.part === 'main'),
      areNew,
    );
    const details = lastWords(statements.filter((one) => one.part === 'detail'));
    if (details.length === 0) return;
    const known = await this.#lookUp(details);
    await publishDetails(this.#db, this.#run, this.#identity, this.#log, this.#out, details, known);
  }

  /** After the last batch: findings that more is said of now. */
  async settle(): Promise<void> {
    await recomputeFindings(this.#db, [...this.#touched], this.#log);
    this.#touched.clear();
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

  async #publishMains(stated: readonly KeyedObservation[], areNew: boolean): Promise<void> {
    if (stated.length === 0) return;
    const mains = lastWords(stated);
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
    // Names are joined before anything is claimed by them, so that no finding is made only to be merged away.
    // What was called the same stays so, whatever else of it was corrected.
    const said = stated.flatMap(({ defects }) => defects);
    await stateAliases(this.#db, this.#identity, said, this.#log);
    await this.#claimFresh(fresh, { ids, assets, subjects }, this.#touched);
    await this.#sayAgain(again, this.#touched);
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
    const revisions = await revisionsFor(this.#db, this.#run, this.#identity, changed, PARTS.main);
    for (const { statement, row } of again) {
      this.#out.members.push(revisions.get(statement) ?? row.main_revision);
      // Said twice in one run, differently: the later counts, so what the earlier said must go.
      const isRepeated = this.#out.observations.has(row.id) || this.#out.earlier.has(row.id);
      if (statement.digest !== row.main_digest && isRepeated) this.#out.stale.add(row.id);
      this.#out.observations.add(row.id);
      this.#out.assets.add(row.asset_id);
    }
    const before = this.isLate ? new Map<number, MainBody>() : await this.#mainBodies(changed);
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
    await continueLives(this.#db, this.#run, this.#identity, this.#out, again, claims, touched, before);
    await this.#claimNewNames(changed, claims, touched);
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
}
