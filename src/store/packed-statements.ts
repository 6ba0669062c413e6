/**
 * Statements as bytes, to be handed from thread to thread and kept aside: a tenth of what cloning the objects costs,
 * in time and in garbage. A packer and the unpacker that reads all of its batches in order share a memory of what
 * many entries say alike (`about`), so that it travels once.
 */
import { deserialize, serialize } from 'node:v8';
import { packAssessment, unpackAssessment } from '../domain/assessment.ts';
import type { KeyedDefect, KeyedObservation, KeyedStatement } from '../domain/keyed.ts';
import type { Severity } from '../domain/severity.ts';
import type { AssetRef, FindingClass, Label, Life } from '../domain/statement.ts';

export interface PackedStatements {
  readonly count: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Packer {
  pack(statements: readonly KeyedStatement[]): PackedStatements;
}

export interface Unpacker {
  unpack(packed: Pick<PackedStatements, 'bytes'>): readonly KeyedStatement[];
}

/** Characters of `about` remembered on either side before both begin anew. */
const REMEMBERED = 4_000_000;

type About = readonly [digest: string, text: string, title: string | undefined];

/**
 * Columns instead of objects: a name is then written once for a batch, not once for an entry. Labels and lives are
 * shared by reference, which the serializer keeps; what every entry of a scan has alike is thereby a few bytes.
 */
interface Columns {
  readonly forget: boolean;
  readonly abouts: readonly About[];
  readonly key: string[];
  readonly digest: string[];
  readonly aboutDigest: string[];
  readonly body: string[];
  readonly asset: AssetRef[];
  readonly class: FindingClass[];
  readonly defects: (string | readonly KeyedDefect[])[];
  readonly subjectKind: KeyedObservation['subject']['kind'][];
  readonly subjectKey: string[];
  readonly life: Life[];
  readonly severity: Severity[];
  readonly score: (number | undefined)[];
  readonly facts: number[];
  /** Bit 0: set aside, bit 1: fixable; the number of occurrences above. */
  readonly marks: number[];
  readonly dueAt: (number | undefined)[];
  readonly revision: (string | undefined)[];
  readonly labels: (readonly Label[])[];
}

/** Batches with details are rare and small: they travel as they are. */
type Batch = Columns | readonly KeyedStatement[];

const OPEN: Life = { state: 'open' };
const NO_LABELS: readonly Label[] = [];

export function createPacker(): Packer {
  const told = new Set<string>();
  let characters = 0;
  const columnsOf = (statements: readonly KeyedObservation[]): Columns => {
    const forget = characters > REMEMBERED;
    if (forget) {
      told.clear();
      characters = 0;
    }
    const abouts: About[] = [];
    for (const { aboutDigest, about, title } of statements) {
      if (told.has(aboutDigest)) continue;
      told.add(aboutDigest);
      characters += about.length;
      abouts.push([aboutDigest, about, title]);
    }
    return { forget, abouts, ...entryColumns(statements) };
  };
  return {
    pack: (statements) => {
      const batch: Batch = statements.every(isMain) ? columnsOf(statements) : statements;
      // A buffer of the pool would take its neighbours along when it is transferred.
      return { count: statements.length, bytes: new Uint8Array(serialize(batch)) };
    },
  };
}

function isMain(statement: KeyedStatement): statement is KeyedObservation {
  return statement.part === 'main';
}

function entryColumns(statements: readonly KeyedObservation[]): Omit<Columns, 'forget' | 'abouts'> {
  return {
    key: statements.map(({ key }) => key),
    digest: statements.map(({ digest }) => digest),
    aboutDigest: statements.map(({ aboutDigest }) => aboutDigest),
    body: statements.map(({ body }) => body),
    asset: statements.map(({ asset }) => asset),
    class: statements.map((statement) => statement.class),
    defects: statements.map(({ defects }) => simpleDefect(defects) ?? defects),
    subjectKind: statements.map(({ subject }) => subject.kind),
    subjectKey: statements.map(({ subject }) => subject.key),
    life: statements.map(({ life }) => (isPlainlyOpen(life) ? OPEN : life)),
    severity: statements.map(({ severity }) => severity),
    score: statements.map(({ score }) => score),
    facts: statements.map(({ assessment }) => packAssessment(assessment)),
    marks: statements.map(
      ({ isSetAside, fixable, occurrences }) => Number(isSetAside) + Number(fixable) * 2 + occurrences * 4,
    ),
    dueAt: statements.map(({ dueAt }) => dueAt),
    revision: statements.map(({ revision }) => revision),
    labels: statements.map(({ labels }) => (labels.length === 0 ? NO_LABELS : labels)),
  };
}

/** One vulnerability with one name, as most entries have. */
function simpleDefect(defects: readonly KeyedDefect[]): string | undefined {
  const [only] = defects;
  if (defects.length !== 1 || only === undefined || only.kind !== 'vulnerability') return undefined;
  return only.names.length === 1 ? only.names[0] : undefined;
}

function isPlainlyOpen(life: Life): boolean {
  const { state, firstSeenAt, resolvedAt, reopenedAt } = life;
  return state === 'open' && (firstSeenAt ?? resolvedAt ?? reopenedAt) === undefined;
}

export function createUnpacker(): Unpacker {
  const abouts = new Map<string, About>();
  return {
    unpack: ({ bytes }) => {
      const batch = deserialize(bytes) as Batch;
      if (!('abouts' in batch)) return batch;
      if (batch.forget) abouts.clear();
      for (const about of batch.abouts) abouts.set(about[0], about);
      return batch.key.map((_, index) => observationAt(batch, index, abouts));
    },
  };
}

function observationAt(
  columns: Columns,
  index: number,
  abouts: ReadonlyMap<string, About>,
): KeyedObservation {
  const aboutDigest = at(columns.aboutDigest, index);
  const about = abouts.get(aboutDigest);
  if (about === undefined) throw new Error('packed statements were unpacked out of order');
  const defects = at(columns.defects, index);
  const marks = at(columns.marks, index);
  return {
    part: 'main',
    key: at(columns.key, index),
    class: at(columns.class, index),
    asset: at(columns.asset, index),
    defects: typeof defects === 'string' ? [{ kind: 'vulnerability', names: [defects] }] : defects,
    subject: { kind: at(columns.subjectKind, index), key: at(columns.subjectKey, index) },
    life: at(columns.life, index),
    severity: at(columns.severity, index),
    score: columns.score[index],
    assessment: unpackAssessment(at(columns.facts, index)),
    isSetAside: (marks & 1) === 1,
    dueAt: columns.dueAt[index],
    occurrences: marks >> 2,
    fixable: (marks & 2) === 2,
    title: about[2],
    revision: columns.revision[index],
    labels: at(columns.labels, index),
    body: at(columns.body, index),
    about: about[1],
    aboutDigest,
    digest: at(columns.digest, index),
  };
}

function at<T>(column: readonly T[], index: number): T {
  const value = column[index];
  if (value === undefined) throw new Error('packed statements have a hole');
  return value;
}
