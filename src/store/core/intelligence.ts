/**
 * What the world says of names, beside advisories. The latest word on each name counts; a vulnerability takes the worst
 * of all its names, and takes it anew whenever its names change.
 */
import { GatehouseError } from '../../domain/errors.ts';
import { IntelligenceFact } from '../../domain/intelligence.ts';
import { normaliseName } from '../../domain/names.ts';
import type { Db } from '../db.ts';

/** How many facts one transaction takes: other writers wait for no more than that. */
const SLICE = 5000;

export function* slicesOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += SLICE) yield all.slice(start, start + SLICE);
}

/** One word on one name, as the store compares it. */
interface Word {
  readonly name: string;
  readonly kind: IntelligenceFact['kind'];
  readonly value: string | null;
  readonly weight: number | null;
  readonly validAt: number;
  readonly recordedAt: number;
}

interface Known {
  readonly id: number;
  readonly value: string | null;
  readonly valid_at: number;
  readonly recorded_at: number;
}

export async function recordIntelligence(
  db: Db,
  facts: readonly IntelligenceFact[],
  recordedAt: number,
): Promise<void> {
  for (const some of slicesOf(facts)) {
    const words = some.map((fact) => toWord(fact, recordedAt));
    await db.transaction(async () => {
      for (const round of oneOfEachName(words)) await recordWords(db, round);
    });
  }
}

function toWord(given: IntelligenceFact, recordedAt: number): Word {
  const checked = IntelligenceFact.safeParse(given);
  if (!checked.success) {
    const problems = checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    const name = JSON.stringify(given.name).slice(0, 80);
    throw new GatehouseError('input-invalid', `${given.kind} of ${name}: ${problems.join('; ')}`);
  }
  const { data } = checked;
  return {
    name: normaliseName(data.name),
    kind: data.kind,
    ...kept(data),
    validAt: data.validAt,
    recordedAt,
  };
}

function kept(fact: IntelligenceFact): Pick<Word, 'value' | 'weight'> {
  if (fact.value === undefined) return { value: null, weight: null };
  // The schema gives members in its own order: the same value is the same text.
  const value = JSON.stringify(fact.value);
  return { value, weight: fact.kind === 'epss' ? fact.value.probability : fact.value.isRansomware ? 2 : 1 };
}

/** Words in their order, in rounds none of which speaks of the same thing twice. */
function oneOfEachName(words: readonly Word[]): readonly (readonly Word[])[] {
  const rounds: Word[][] = [];
  const met = new Map<string, number>();
  for (const word of words) {
    const key = `${word.kind} ${word.name}`;
    const round = met.get(key) ?? 0;
    met.set(key, round + 1);
    const own = rounds[round];
    if (own === undefined) rounds.push([word]);
    else own.push(word);
  }
  return rounds;
}

async function recordWords(db: Db, words: readonly Word[]): Promise<void> {
  const known = await db.find<Known>(
    'intelligence',
    ['name', 'kind'],
    ['id', 'value', 'valid_at', 'recorded_at'],
    words.map(({ name, kind }) => [name, kind]),
  );
  const fresh: Word[] = [];
  const latest: Spoken[] = [];
  const late: Spoken[] = [];
  words.forEach((word, index) => {
    const before = known[index];
    if (before === undefined) fresh.push(word);
    else (isBefore(word, before) ? late : latest).push({ word, before });
  });
  await addWords(db, fresh);
  await moveOn(db, latest);
  await fillIn(db, late);
  const changed = latest.filter(({ word, before }) => word.value !== before.value);
  await weighNames(db, [...fresh, ...changed.map(({ word }) => word)]);
}

/** A word, and the latest that was known on the same name. */
interface Spoken {
  readonly word: Word;
  readonly before: Known;
}

function isBefore({ validAt, recordedAt }: Word, { valid_at, recorded_at }: Omit<Known, 'id'>): boolean {
  return validAt < valid_at || (validAt === valid_at && recordedAt < recorded_at);
}

function isSameMoment({ validAt, recordedAt }: Word, { valid_at, recorded_at }: Omit<Known, 'id'>): boolean {
  return validAt === valid_at && recordedAt === recorded_at;
}

async function addWords(db: Db, words: readonly Word[]): Promise<void> {
  if (words.length === 0) return;
  const first = await db.allocate('intelligence', words.length);
  await db.insert(
    'intelligence',
    words.map(({ name, kind, value, weight, validAt, recordedAt }, index) => [
      first + index,
      name,
      kind,
      value,
      weight,
      validAt,
      recordedAt,
    ]),
  );
  await db.insert(
    'intelligence_fact',
    words.map(({ value, validAt, recordedAt }, index) => [first + index, validAt, recordedAt, value]),
  );
}

/** A value that is only repeated is not written again, but when it was last said is. */
async function moveOn(db: Db, spoken: readonly Spoken[]): Promise<void> {
  const moved = spoken.filter(
    ({ word, before }) => word.value !== before.value || !isSameMoment(word, before),
  );
  await db.update(
    'intelligence',
    'id',
    ['value', 'weight', 'valid_at', 'recorded_at'],
    moved.map(({ word, before }) => [before.id, word.value, word.weight, word.validAt, word.recordedAt]),
  );
  const changed = moved.filter(({ word, before }) => word.value !== before.value);
  for (const { word, before } of changed)
    if (isSameMoment(word, before)) await replaceable(db, before.id, word);
  await db.insert('intelligence_fact', changed.map(asFact));
}

/** Two words of one moment that were recorded at one moment, too: the one that arrived later is kept. */
async function replaceable(db: Db, id: number, { validAt, recordedAt }: Word): Promise<void> {
  await db.run(
    'DELETE FROM intelligence_fact WHERE intelligence_id = ? AND valid_at = ? AND recorded_at = ?',
    [id, validAt, recordedAt],
  );
}

function asFact({ word, before }: Spoken): readonly [number, number, number, string | null] {
  return [before.id, word.validAt, word.recordedAt, word.value];
}

interface FactRow extends Omit<Known, 'id'> {
  readonly intelligence_id: number;
}

/** Words that speak of a time before the latest one: they change the past only. */
async function fillIn(db: Db, spoken: readonly Spoken[]): Promise<void> {
  if (spoken.length === 0) return;
  const rows = await db.select<FactRow>(
    'intelligence_fact',
    'intelligence_id',
    ['intelligence_id', 'valid_at', 'recorded_at', 'value'],
    spoken.map(({ before }) => before.id),
  );
  const facts = Map.groupBy(rows, (row) => row.intelligence_id);
  const added: (readonly [number, number, number, string | null])[] = [];
  for (const one of spoken) {
    const { word, before } = one;
    const own = (facts.get(before.id) ?? []).sort(byTime);
    const then = own.findLast((fact) => !isBefore(word, fact));
    if (then?.value === word.value) continue;
    if (then !== undefined && isSameMoment(word, then)) await replaceable(db, before.id, word);
    added.push(asFact(one));
    // What holds today was only repeated since: from now on that it was said again matters.
    const isRepeated = !own.some((fact) => isBefore(word, fact));
    if (isRepeated) added.push([before.id, before.valid_at, before.recorded_at, before.value]);
  }
  await db.insert('intelligence_fact', added);
}

function byTime(a: FactRow, b: FactRow): number {
  return a.valid_at - b.valid_at || a.recorded_at - b.recorded_at;
}

/** What the columns of a vulnerability take. */
interface Weights {
  readonly epss: number | null;
  readonly kev: number;
}

export const NOTHING_SAID: Weights = { epss: null, kev: 0 };

interface WeightRow {
  readonly kind: IntelligenceFact['kind'];
  readonly weight: number;
}

/** Of those of these names that something is said of. */
export async function weightsOfNames(
  db: Db,
  names: readonly string[],
): Promise<ReadonlyMap<string, Weights>> {
  if (names.length === 0) return new Map();
  const rows = await db.all<WeightRow & { name: string }>(
    `SELECT name, kind, weight FROM intelligence WHERE name IN ${db.list('text')} AND weight IS NOT NULL`,
    [db.listValue(names)],
  );
  return new Map([...Map.groupBy(rows, ({ name }) => name)].map(([name, own]) => [name, toWeights(own)]));
}

function toWeights(rows: readonly WeightRow[]): Weights {
  const of = (kind: WeightRow['kind']) => rows.find((row) => row.kind === kind)?.weight;
  return { epss: of('epss') ?? null, kev: of('kev') ?? 0 };
}

async function weighNames(db: Db, words: readonly Word[]): Promise<void> {
  const rows = await db.find<{ vulnerability_id: number }>(
    'name',
    ['kind', 'name'],
    ['vulnerability_id'],
    words.map(({ name }) => ['vulnerability', name]),
  );
  await weighVulnerabilities(db, [...new Set(rows.flatMap((row) => row?.vulnerability_id ?? []))]);
}

/** After what is said of their names, or which names they have, has changed. */
export async function weighVulnerabilities(db: Db, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  // The cross join has SQLite begin at the names, which are few.
  const rows = await db.all<WeightRow & { id: number }>(
    `SELECT n.vulnerability_id AS id, i.kind, max(i.weight) AS weight
     FROM name n CROSS JOIN intelligence i
     WHERE n.vulnerability_id IN ${db.list('int')} AND n.kind = 'vulnerability' AND i.name = n.name
       AND i.weight IS NOT NULL
     GROUP BY n.vulnerability_id, i.kind`,
    [db.listValue(ids)],
  );
  const weights = Map.groupBy(rows, ({ id }) => id);
  const before = await db.select<Weights & { id: number }>('vulnerability', 'id', ['id', 'epss', 'kev'], ids);
  const moved = before.flatMap(({ id, epss, kev }): (readonly [number, number | null, number])[] => {
    const now = toWeights(weights.get(id) ?? []);
    return now.epss === epss && now.kev === kev ? [] : [[id, now.epss, now.kev]];
  });
  await db.update('vulnerability', 'id', ['epss', 'kev'], moved);
}
