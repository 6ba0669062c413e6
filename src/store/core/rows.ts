/** Rows as the core reads and writes them, and statements turned into columns. */
import { packAssessment } from '../../domain/assessment.ts';
import type { KeyedDefect, KeyedDetail, KeyedObservation } from '../../domain/keyed.ts';
import type { Severity } from '../../domain/severity.ts';
import { severityCode } from '../../domain/severity.ts';
import type { Assessment, Fix, Occurrence } from '../../domain/statement.ts';
import {
  FINDING_CLASSES,
  type FindingClass,
  type Label,
  type Life,
  type SourceSetAside,
} from '../../domain/statement.ts';

/** What a main revision's body holds; the inverse of what `normalise` writes. */
export interface MainBody {
  readonly assessment?: Assessment;
  readonly component?: { readonly purl: string; readonly version?: string };
  readonly defects: readonly KeyedDefect[];
  readonly dueAt?: number;
  readonly fix?: Fix;
  readonly labels: readonly Label[];
  readonly life: Life;
  readonly location?: { readonly file: string; readonly line?: number };
  readonly occurrences: readonly Occurrence[];
  readonly revision?: string;
  readonly score?: number;
  readonly setAside: readonly SourceSetAside[];
  readonly severity: Severity;
}

export interface DetailBody {
  readonly fix?: Fix;
  readonly labels: readonly Label[];
  readonly occurrences: readonly Occurrence[];
  readonly revision?: string;
}

export interface AboutBody {
  readonly title?: string;
  readonly description?: string;
  readonly url?: string;
}

export function parseMain(body: string): MainBody {
  return JSON.parse(body) as MainBody;
}

export function parseDetail(body: string): DetailBody {
  return JSON.parse(body) as DetailBody;
}

export function parseAbout(content: string): AboutBody {
  return JSON.parse(content) as AboutBody;
}

/** Columns of `observation` that its main revision decides. */
export interface MainColumns {
  readonly severity: number;
  readonly score: number | null;
  readonly facts: number;
  readonly fixable: number;
  readonly set_aside: number;
  readonly due_at: number | null;
  readonly occurrences: number;
  readonly title: string | null;
  readonly main_stamp: string | null;
}

export const MAIN_COLUMNS = [
  'severity',
  'score',
  'facts',
  'fixable',
  'set_aside',
  'due_at',
  'occurrences',
  'title',
  'main_stamp',
] as const satisfies readonly (keyof MainColumns)[];

export function mainColumnsOf(statement: KeyedObservation): MainColumns {
  return {
    severity: severityCode(statement.severity),
    score: statement.score ?? null,
    facts: packAssessment(statement.assessment),
    fixable: Number(statement.fixable),
    set_aside: Number(statement.isSetAside),
    due_at: statement.dueAt ?? null,
    occurrences: statement.occurrences,
    title: statement.title ?? null,
    main_stamp: statement.revision ?? null,
  };
}

/** The same from a stored revision. */
export function mainColumnsFrom(body: MainBody, about: AboutBody): MainColumns {
  return {
    severity: severityCode(body.severity),
    score: body.score ?? null,
    facts: packAssessment(body.assessment ?? {}),
    fixable: Number((body.fix?.versions.length ?? 0) > 0),
    set_aside: Number(body.setAside.length > 0),
    due_at: body.dueAt ?? null,
    occurrences: Math.max(body.occurrences.length, 1),
    title: about.title ?? null,
    main_stamp: body.revision ?? null,
  };
}

/** Columns of `observation` that its detail revision decides. */
export interface DetailColumns {
  readonly detail_fixable: number;
  readonly detail_occurrences: number;
  readonly detail_stamp: string | null;
  readonly detail_title: string | null;
}

export const DETAIL_COLUMNS = [
  'detail_fixable',
  'detail_occurrences',
  'detail_stamp',
  'detail_title',
] as const satisfies readonly (keyof DetailColumns)[];

export function detailColumnsOf(statement: KeyedDetail): DetailColumns {
  return {
    detail_fixable: Number(statement.fixable),
    detail_occurrences: statement.occurrences,
    detail_stamp: statement.revision ?? null,
    detail_title: statement.title ?? null,
  };
}

export function detailColumnsFrom(body: DetailBody, about: AboutBody): DetailColumns {
  return {
    detail_fixable: Number((body.fix?.versions.length ?? 0) > 0),
    detail_occurrences: body.occurrences.length,
    detail_stamp: body.revision ?? null,
    detail_title: about.title ?? null,
  };
}

export function classCode(name: FindingClass): number {
  return FINDING_CLASSES.indexOf(name);
}

export function classOfCode(code: number): FindingClass {
  const name = FINDING_CLASSES[code];
  if (name === undefined) throw new RangeError(`no finding class has code ${code}`);
  return name;
}
