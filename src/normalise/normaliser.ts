/**
 * Works out the identity of statements: which asset, which defects, what they sit on, and the key under which the
 * next run will say the same again. Severity, score, title, description, component version and line number are
 * content, never identity.
 */
import { hash } from 'node:crypto';
import { GatehouseError } from '../domain/errors.ts';
import type { KeyedAdvisory, KeyedDefect, KeyedDetail, KeyedObservation, Subject } from '../domain/keyed.ts';
import { normaliseName } from '../domain/names.ts';
import type { Advisory, AssetRef, Defect, Observation, ObservationDetail } from '../domain/statement.ts';
import { aboutOf, detailBodyOf, observationBodyOf, sortLabels } from './body.ts';
import { componentIdentity } from './component.ts';

export interface Binding {
  /** Wins over what the statement itself names (`--asset`). */
  readonly assetOverride?: AssetRef | undefined;
  /** For statements that name none. */
  readonly asset?: AssetRef | undefined;
}

export interface Normaliser {
  /** Throws `input-invalid` for a statement without identity: the caller rejects that one. */
  observation(observation: Observation, binding: Binding): KeyedObservation;
  detail(detail: ObservationDetail): KeyedDetail;
}

/** One per run: it numbers the entries that nothing else tells apart, in the order they come. */
export function createNormaliser(): Normaliser {
  const counts = new Map<string, number>();
  const nth = (key: string): number => {
    const n = counts.get(key) ?? 0;
    counts.set(key, n + 1);
    return n;
  };
  return {
    observation: (observation, binding) => keyObservation(observation, binding, nth),
    detail: keyDetail,
  };
}

type Nth = (key: string) => number;

function keyObservation(observation: Observation, binding: Binding, nth: Nth): KeyedObservation {
  const asset = assetOf(observation, binding);
  const defects = observation.defects.map(keyDefect);
  if (defects.length === 0)
    throw new GatehouseError('input-invalid', 'the entry names no vulnerability and no rule');
  const subject = subjectOf(observation, asset, defects, nth);
  const about = aboutOf(observation.about);
  const aboutDigest = digestOf(about);
  const labels = sortLabels(observation.labels);
  const body = observationBodyOf(observation, defects, labels);
  return {
    part: 'main',
    key:
      observation.key === undefined
        ? scanKey(observation, asset, defects, subject, nth)
        : ownKey(observation.key, asset, binding),
    class: observation.class,
    asset,
    defects,
    subject,
    life: observation.life,
    severity: observation.severity,
    score: observation.score,
    assessment: observation.assessment ?? {},
    isSetAside: observation.setAside.length > 0,
    dueAt: observation.dueAt,
    occurrences: Math.max(observation.occurrences.length, 1),
    fixable: (observation.fix?.versions.length ?? 0) > 0,
    title: observation.about.title,
    revision: observation.revision,
    labels,
    body,
    about,
    aboutDigest,
    digest: digestOf(`${aboutDigest}\n${body}`),
  };
}

function keyDetail(detail: ObservationDetail): KeyedDetail {
  const about = aboutOf(detail.about);
  const aboutDigest = digestOf(about);
  const labels = sortLabels(detail.labels);
  const body = detailBodyOf(detail, labels);
  return {
    part: 'detail',
    key: detail.key,
    occurrences: detail.occurrences.length,
    fixable: (detail.fix?.versions.length ?? 0) > 0,
    title: detail.about.title,
    revision: detail.revision,
    labels,
    body,
    about,
    aboutDigest,
    digest: digestOf(`${aboutDigest}\n${body}`),
  };
}

function assetOf(observation: Observation, binding: Binding): AssetRef {
  const asset = binding.assetOverride ?? observation.asset ?? binding.asset;
  if (asset === undefined)
    throw new GatehouseError('input-invalid', 'the entry names no asset and none was given');
  return asset;
}

export function keyDefect(defect: Defect): KeyedDefect {
  if (defect.kind === 'rule') return { kind: 'rule', names: [`${defect.tool}:${defect.id}`] };
  const primary = normaliseName(defect.id);
  if (primary === '')
    throw new GatehouseError('input-invalid', 'the entry has a vulnerability with an empty id');
  const aliases = new Set(defect.aliases.map(normaliseName));
  aliases.delete(primary);
  aliases.delete('');
  return { kind: 'vulnerability', names: [primary, ...[...aliases].sort()] };
}

function subjectOf(
  observation: Observation,
  asset: AssetRef,
  defects: readonly KeyedDefect[],
  nth: Nth,
): Subject {
  const { component, location } = observation;
  if (component !== undefined) return { kind: 'component', key: componentIdentity(component.purl) };
  if (location === undefined) return { kind: 'none', key: '' };
  if (observation.class === 'vulnerability') return { kind: 'location', key: location.file };
  const rule = defects.map((defect) => defect.names[0]).join(' ');
  const mark =
    location.fingerprint ??
    (location.snippet === undefined ? undefined : digestOf(location.snippet)) ??
    String(nth(`${asset.kind} ${asset.name} ${rule} ${location.file}`));
  return { kind: 'location', key: `${location.file}#${mark}` };
}

/** Scans of several environments share one stream, so that an id is one entry only together with what it was found on. */
function ownKey(key: string, asset: AssetRef, { asset: bound }: Binding): string {
  return bound === undefined ? key : `${markOf(asset)} ${key}`;
}

/** Entries of a scan are told apart by what they are about and where; several that agree in all of it, by order. */
function scanKey(
  observation: Observation,
  asset: AssetRef,
  defects: readonly KeyedDefect[],
  subject: Subject,
  nth: Nth,
): string {
  const places = observation.occurrences.map(({ version, path, entity }) => [version, path, entity]);
  const identity = digestOf(
    JSON.stringify([
      observation.class,
      asset.kind,
      asset.name,
      defects.map((defect) => defect.names[0]).sort(),
      subject.kind,
      subject.key,
      places,
    ]),
  );
  // Keys of one asset stand together in a store's index: a scan of it then touches a few pages, not all of them.
  const key = `${markOf(asset)}${identity.slice(ASSET_MARK)}`;
  const n = nth(key);
  return n === 0 ? key : `${key}~${n}`;
}

const ASSET_MARK = 5;
let marked: { readonly asset: AssetRef; readonly mark: string } | undefined;

/** A file's entries mostly share one asset, and the object that names it. */
function markOf(asset: AssetRef): string {
  if (marked?.asset !== asset) {
    marked = { asset, mark: digestOf(`${asset.kind} ${asset.name}`).slice(0, ASSET_MARK) };
  }
  return marked.mark;
}

/** 132 bits of SHA-256: short enough to index, long enough never to meet its twin. */
function digestOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** Its id first, then its other names. */
export function keyAdvisory(advisory: Advisory): KeyedAdvisory {
  const primary = normaliseName(advisory.id);
  const others = new Set(advisory.aliases.map(normaliseName));
  others.delete(primary);
  others.delete('');
  const fixes = advisory.fixes?.map((fix) => ({ ...fix, component: componentIdentity(fix.component) }));
  return { ...advisory, fixes, names: [primary, ...[...others].sort()] };
}
