import { type Severity, severityOfScore } from '../../domain/severity.ts';
import {
  ASSET_KINDS,
  type AssetKind,
  type AssetRef,
  type Component,
  type Defect,
  FINDING_CLASSES,
  type FindingClass,
  type Location,
  type Observation,
  type SourceSetAside,
} from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { parsePackageUrl } from '../../platform/package-url.ts';
import { hashed } from '../hashed.ts';
import { imageNameOf } from '../image-name.ts';
import { shortened } from '../loose-values.ts';
import { namedDefects } from '../named-defects.ts';
import { ecosystemOfManager } from '../package-manager.ts';
import { sourcePath, unindented } from '../source-path.ts';
import type { Chosen, Entry, Fields } from './entry.ts';
import type { FieldName, FormatMapping } from './mapping.ts';
import { dateOf, lineOf, ROW_STATES, type RowState, scoreOf, severityOfWord } from './words.ts';

/** What an entry is; text says what is wrong with it. */
export type Read =
  | { readonly observation: Observation; readonly severityWord?: string | undefined }
  | 'left-out'
  | string;

/** Reads entries of one mapping. */
export class EntryReader {
  readonly #fields: Fields;
  readonly #mapping: FormatMapping;
  readonly tool: string;

  constructor(mapping: FormatMapping, fields: Fields) {
    this.#mapping = mapping;
    this.#fields = fields;
    this.tool = mapping.tool ?? mapping.name;
  }

  read(entry: Entry): Read {
    const problems: string[] = [];
    const state = this.#choice('state', entry, word(ROW_STATES), problems) ?? 'open';
    if (state === 'left-out') return problems.length > 0 ? problems.join('; ') : 'left-out';
    const kind = this.#choice('class', entry, word(FINDING_CLASSES), problems) ?? 'vulnerability';
    const ids = this.#texts('id', entry);
    if (ids.length === 0) problems.push('it has no id');
    const asset = this.assetOf(entry, problems);
    const component = this.#componentOf(entry, problems);
    const score = this.#parsed('score', entry, scoreOf, 'no score from 0 to 10', problems);
    const date = (name: FieldName): number | undefined => this.dateIn(name, entry, problems);
    const { severity, word: severityWord } = this.#severityOf(entry, score);
    const place = this.#locationOf(kind, entry);
    const fixedIn = this.#texts('fixedIn', entry);
    const fix = this.#text('fix', entry);
    const observation: Observation = {
      kind: 'observation',
      class: kind,
      asset: asset?.ref,
      defects:
        kind === 'vulnerability' ? vulnerabilities(ids, this.#texts('aliases', entry)) : this.#rules(ids),
      component,
      location: component === undefined || kind !== 'vulnerability' ? place : undefined,
      occurrences: [
        {
          version: component?.version,
          path: place?.file || undefined,
          line: place?.line,
          imageVersion: asset?.version,
        },
      ],
      life: {
        state: state === 'resolved' ? 'resolved' : 'open',
        firstSeenAt: date('firstSeenAt'),
        resolvedAt: state === 'resolved' ? date('resolvedAt') : undefined,
      },
      severity,
      score,
      about: {
        title: this.#text('title', entry),
        description: this.#text('description', entry),
        url: this.#text('url', entry),
        vector: this.#text('vector', entry),
        publishedAt: date('publishedAt'),
      },
      fix: fixedIn.length === 0 && fix === undefined ? undefined : { versions: fixedIn, text: fix },
      setAside: this.#setAside(state, entry),
      labels: this.#texts('tags', entry).map((id) => ({ kind: 'tag', id })),
      dueAt: date('dueAt'),
    };
    return problems.length > 0 ? problems.join('; ') : { observation, severityWord };
  }

  /** What the entry names, and in which version. */
  assetOf(
    entry: Entry,
    problems: string[],
  ): { readonly ref: AssetRef; readonly version: string | undefined } | undefined {
    const name = this.#text('asset', entry);
    const kind: AssetKind = this.#choice('assetKind', entry, word(ASSET_KINDS), problems) ?? 'repository';
    const version = this.#text('assetVersion', entry);
    if (name === undefined) return undefined;
    const image = kind === 'image' ? imageNameOf(name) : undefined;
    return { ref: { kind, name: image?.name ?? name }, version: version ?? image?.version };
  }

  dateIn(name: FieldName, entry: Entry, problems: string[]): number | undefined {
    const { dates } = this.#mapping;
    return this.#parsed(name, entry, (text) => dateOf(text, dates), `no date (dates: ${dates})`, problems);
  }

  #texts(name: FieldName, entry: Entry): readonly string[] {
    return this.#fields[name]?.texts(entry) ?? [];
  }

  #text(name: FieldName, entry: Entry): string | undefined {
    return this.#fields[name]?.text(entry);
  }

  #choice<T>(
    name: FieldName,
    entry: Entry,
    read: (text: string) => T | undefined,
    problems: string[],
  ): T | undefined {
    const chosen: Chosen<T> | undefined = this.#fields[name]?.choice(entry, read);
    if (chosen === undefined || 'value' in chosen) return chosen?.value;
    problems.push(`the mapping does not say what the ${name} '${shortened(chosen.unknown)}' means`);
    return undefined;
  }

  #parsed<T>(
    name: FieldName,
    entry: Entry,
    read: (text: string) => T | undefined,
    otherwise: string,
    problems: string[],
  ): T | undefined {
    const text = this.#text(name, entry);
    if (text === undefined) return undefined;
    const value = read(text);
    if (value === undefined) problems.push(`${name}: '${shortened(text).slice(0, 60)}' is ${otherwise}`);
    return value;
  }

  /** A word that means nothing to us is unknown, and told; only where nothing stands the score speaks. */
  #severityOf(entry: Entry, score: number | undefined): { severity: Severity; word?: string } {
    const chosen = this.#fields.severity?.choice(entry, severityOfWord);
    if (chosen === undefined) return { severity: severityOfScore(score) };
    return 'value' in chosen ? { severity: chosen.value } : { severity: 'unknown', word: chosen.unknown };
  }

  #componentOf(entry: Entry, problems: string[]): Component | undefined {
    const version = this.#text('version', entry);
    const purl = this.#text('purl', entry);
    if (purl !== undefined) {
      const parsed = parsePackageUrl(purl);
      if (parsed === undefined) problems.push(`purl: '${shortened(purl)}' is no package URL`);
      return { purl, version: version ?? parsed?.version ?? undefined };
    }
    const name = this.#text('package', entry);
    if (name === undefined) return undefined;
    const ecosystem = this.#text('ecosystem', entry);
    return { purl: ecosystemPackageUrl(ecosystemOfManager(ecosystem) ?? ecosystem, name, version), version };
  }

  /** A secret stays out of the store, also where the mapping takes it for a snippet or a key. */
  #locationOf(kind: FindingClass, entry: Entry): Location | undefined {
    const path = this.#text('path', entry);
    const line = lineOf(this.#text('line', entry));
    if (kind === 'vulnerability') return path === undefined ? undefined : { file: sourcePath(path), line };
    const key = this.#text('key', entry);
    const code = this.#text('snippet', entry);
    const snippet = code === undefined ? undefined : unindented(code);
    const place = { file: path === undefined ? '' : sourcePath(path), line };
    if (kind !== 'secret')
      return { ...place, fingerprint: key, snippet: key === undefined ? snippet : undefined };
    const mark = key ?? snippet;
    return { ...place, fingerprint: mark === undefined ? undefined : hashed(mark) };
  }

  #rules(ids: readonly string[]): readonly Defect[] {
    return ids.map((id) => ({ kind: 'rule', tool: this.tool, id }));
  }

  #setAside(state: RowState, entry: Entry): readonly SourceSetAside[] {
    if (state !== 'suppressed') return [];
    const reason = this.#text('stateReason', entry) ?? this.#fields.state?.written(entry) ?? state;
    return [{ kind: 'suppression', issuer: this.tool, reason }];
  }
}

function word<T extends string>(words: readonly T[]): (text: string) => T | undefined {
  return (text) => words.find((one) => one === text.trim().toLowerCase());
}

/** Several ids in one place are defects of their own, unless all but one only name it otherwise. */
function vulnerabilities(ids: readonly string[], aliases: readonly string[]): readonly Defect[] {
  const [first = '', ...others] = ids;
  const cves = [...new Set(ids.filter((id) => /^CVE-\d/i.test(id)))];
  if (cves.length > 1) return cves.map((id) => ({ kind: 'vulnerability', id, aliases: [] }));
  return namedDefects(first, [...others, ...aliases]);
}
