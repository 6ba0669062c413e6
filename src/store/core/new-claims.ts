/** Claims that are new, and the findings that only they make: computed here without reading anything back. */
import type { KeyedObservation } from '../../domain/keyed.ts';
import type { Contribution } from '../../domain/merge.ts';
import type { Span } from '../../domain/timeline.ts';
import type { Db, Value } from '../db.ts';
import type { ChangeLog } from './changes.ts';
import { computeFinding, derivedOf, episodeRow, rated, spanColumns } from './findings.ts';
import type { Identity } from './identity.ts';
import type { RunFacts } from './publication.ts';
import { mainColumnsOf } from './rows.ts';

export interface NewClaim {
  readonly observation: number;
  readonly name: number;
  readonly key: FindingKey;
  readonly classCode: number;
  readonly spans: readonly Span[];
  readonly contribution: Contribution;
}

type FindingKey = readonly [asset: number, vulnerability: number, subject: number];

/** Findings of assets that this transaction made are remembered up to here, then looked up like all others. */
const REMEMBERED = 300_000;
const SUBJECTS = 2 ** 26;

export class NewClaims {
  readonly #db: Db;
  readonly #run: RunFacts;
  readonly #identity: Identity;
  readonly #log: ChangeLog;
  /** By asset that is new, all its findings. Void (undefined) once findings moved between vulnerabilities. */
  #made: Map<number, Map<number, number>> | undefined = new Map();
  #remembered = 0;

  constructor(db: Db, run: RunFacts, identity: Identity, log: ChangeLog) {
    this.#db = db;
    this.#run = run;
    this.#identity = identity;
    this.#log = log;
  }

  /** Adds to `touched` the findings that have to be worked out from what is stored. */
  async add(wanted: readonly NewClaim[], touched: Set<number>): Promise<readonly number[]> {
    if (wanted.length === 0) return [];
    const db = this.#db;
    const existing = await this.#existing(wanted);
    const created = new Map<string, NewClaim[]>();
    wanted.forEach((claim, index) => {
      if (existing[index] !== undefined) return;
      const text = claim.key.join(' ');
      const group = created.get(text);
      if (group === undefined) created.set(text, [claim]);
      else group.push(claim);
    });
    const firstFinding = created.size === 0 ? 0 : await db.allocate('finding', created.size);
    const firstClaim = await db.allocate('claim', wanted.length);
    const newIds = new Map<string, number>();
    const findings: (readonly Value[])[] = [];
    const episodes: (readonly Value[])[] = [];
    const computed = [...created].flatMap(([text, claims]) => {
      const [lead] = claims;
      if (lead === undefined) return [];
      const id = firstFinding + newIds.size;
      newIds.set(text, id);
      this.#remember(lead.key, id);
      return [
        { id, lead, vulnerability: lead.key[1], ...computeFinding(claims.map((one) => this.#asLived(one))) },
      ];
    });
    for (const { id, lead, values, episodes: own } of await rated(db, computed)) {
      const [open, severity, score, facts, fixable, setAside, due, occurrences, opened, closed, title] =
        derivedOf(values);
      findings.push([
        id,
        ...lead.key,
        lead.classCode,
        open ?? 0,
        severity ?? 0,
        score ?? null,
        facts ?? 0,
        fixable ?? 0,
        setAside ?? 0,
        due ?? null,
        occurrences ?? 0,
        opened ?? 0,
        closed ?? null,
        this.#run.recordedAt,
        this.#run.id,
        title ?? null,
      ]);
      for (const episode of own) episodes.push(episodeRow(id, episode));
    }
    this.#log.created(firstFinding, created.size);
    await db.insert('finding', findings);
    await db.insert('episode', episodes);
    await db.insert(
      'claim',
      wanted.map((claim, index): Value[] => {
        const finding = existing[index] ?? newIds.get(claim.key.join(' ')) ?? 0;
        if (existing[index] !== undefined) {
          touched.add(finding);
          this.#log.mentioned(finding);
          this.#log.contentChanged(finding);
        }
        const { live, opened_at, closed_at, reason, past } = spanColumns(claim.spans);
        return [
          firstClaim + index,
          claim.observation,
          this.#run.streamId,
          claim.name,
          finding,
          live,
          opened_at,
          closed_at,
          reason,
          past,
        ];
      }),
    );
    return [...newIds.values()];
  }

  #asLived({ contribution, spans }: NewClaim): Parameters<typeof computeFinding>[0][number] {
    return { contribution, spans: { spans, holdMs: this.#run.holdMs } };
  }

  /** The ids of findings that are there already. A new asset has no others than this run gave it. */
  async #existing(wanted: readonly NewClaim[]): Promise<readonly (number | undefined)[]> {
    if (this.#identity.haveNamesMoved || this.#remembered > REMEMBERED) this.#made = undefined;
    const ids: (number | undefined)[] = new Array(wanted.length);
    const unknown: number[] = [];
    wanted.forEach(({ key: [asset, vulnerability, subject] }, index) => {
      if (this.#made === undefined || !this.#identity.isNewAsset(asset)) unknown.push(index);
      else ids[index] = this.#made.get(asset)?.get(vulnerability * SUBJECTS + subject);
    });
    const rows = await this.#db.find<{ id: number }>(
      'finding',
      ['asset_id', 'vulnerability_id', 'subject_id'],
      ['id'],
      unknown.map((index) => wanted[index]?.key ?? []),
    );
    unknown.forEach((index, position) => {
      ids[index] = rows[position]?.id;
    });
    return ids;
  }

  #remember([asset, vulnerability, subject]: FindingKey, id: number): void {
    if (this.#made === undefined || !this.#identity.isNewAsset(asset)) return;
    const known = this.#made.get(asset) ?? new Map<number, number>();
    this.#made.set(asset, known.set(vulnerability * SUBJECTS + subject, id));
    this.#remembered += 1;
  }
}

export function contributionOf(
  statement: KeyedObservation,
  spans: readonly Span[],
  streamTie: string,
): Contribution {
  const columns = mainColumnsOf(statement);
  return {
    live: spans.at(-1)?.closedAt === null,
    severity: columns.severity,
    score: columns.score,
    facts: columns.facts,
    fixable: columns.fixable === 1,
    occurrences: columns.occurrences,
    dueAt: columns.due_at,
    title: columns.title,
    isSetAside: columns.set_aside === 1,
    tie: `${streamTie} ${statement.key}`,
  };
}
