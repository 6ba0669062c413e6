/** From a file to keyed observations: the format reads, `normalise` keys, and what cannot be keyed is rejected. */
import { basename } from 'node:path';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import type { KeyedObservation } from '../domain/keyed.ts';
import type { AssetRef, Coverage, Rejected, StreamRef } from '../domain/statement.ts';
import type { Format, PartIdentity, ScanBatch, ScanHead, ScanPart } from '../formats/format.ts';
import type { FormatMapping } from '../formats/mapped/mapping.ts';
import { formatOf } from '../formats/registry.ts';
import { SCAN_HEAD_BYTES, scanHead } from '../formats/scan-head.ts';
import { createNormaliser, type Normaliser } from '../normalise/normaliser.ts';
import { openBytes, readHead } from '../platform/file-bytes.ts';
import type { PackedStatements } from '../store/packed-statements.ts';
import { notAhead } from './dated-ahead.ts';
import { type NamedFile, namingFile } from './named-file.ts';

export interface ScanOptions {
  /** Name of a format; undefined: detected from the content. */
  readonly format?: string | undefined;
  /** Formats of the configuration, beside those that come with us. Plain data: they go to other threads. */
  readonly mappings?: readonly FormatMapping[] | undefined;
  /** Wins over what the file names. */
  readonly asset?: AssetRef | undefined;
  readonly channel?: string | undefined;
  /** Wins over the tool's own category. */
  readonly profile?: string | undefined;
  /** Makes it a word of its own beside all others, also of the same tool: none replaces or closes what another says. */
  readonly apart?: string | undefined;
  /** Epoch ms; wins over the file's own time. */
  readonly observedAt?: number | undefined;
}

export interface KeyedBatch {
  readonly part: PartIdentity;
  /** Packed when they come from another thread. */
  readonly statements: readonly KeyedObservation[] | PackedStatements;
  readonly count: number;
  /** Assets that the entries of this batch name. */
  readonly assets: readonly AssetRef[];
  readonly rejected: readonly Rejected[];
}

export interface KeyedScan {
  readonly format: string;
  /** Throws `input-invalid` where the file ends too early or is not what it claims. */
  read(): AsyncGenerator<KeyedBatch, readonly ScanPart[]>;
}

export async function openScan(file: NamedFile, options: ScanOptions): Promise<KeyedScan> {
  const head = scanHead(file.name, await readHead(file.path, SCAN_HEAD_BYTES));
  const mapped = await mappedFormats(options.mappings);
  const format = await unlessKnownElsewhere(head, file, () => formatOf(head, options.format, mapped));
  return { format: format.kind, read: () => naming(file, head, format, readKeyed(format, file, options)) };
}

/** What is refused as a scan may be something that we know: then that is said. */
async function unlessKnownElsewhere<T>(
  head: ScanHead,
  file: NamedFile,
  look: () => T | Promise<T>,
): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== 'input-invalid') throw namingFile(error, file);
    const { whatElse } = await import('./no-scan.ts');
    const told = whatElse(head);
    if (told === undefined) throw namingFile(error, file);
    throw new GatehouseError('input-invalid', `${file.name}: ${told}`, { cause: error, facts: error.facts });
  }
}

/** Loaded when there are any: most runs have none. */
async function mappedFormats(mappings: readonly FormatMapping[] = []): Promise<readonly Format[]> {
  if (mappings.length === 0) return [];
  const { mappedFormat } = await import('../formats/mapped/index.ts');
  return mappings.map(mappedFormat);
}

async function* naming<T, R>(
  file: NamedFile,
  head: ScanHead,
  format: Format,
  read: AsyncGenerator<T, R>,
): AsyncGenerator<T, R> {
  try {
    return yield* read;
  } catch (error) {
    // One that looks like what it was said to be is damaged, and nothing else.
    if (format.detect(head)) throw namingFile(error, file);
    return await unlessKnownElsewhere<R>(head, file, () => {
      throw error;
    });
  }
}

async function* readKeyed(
  format: Format,
  file: NamedFile,
  options: ScanOptions,
): AsyncGenerator<KeyedBatch, readonly ScanPart[]> {
  const normalisers = new Map<string, Normaliser>();
  const batches = format.read({ fileName: file.name, open: () => openBytes(file.path) });
  for (;;) {
    const next = await batches.next();
    if (next.done) return next.value.parts;
    const { part } = next.value;
    const stream = `${part.tool} ${part.category}`;
    const normaliser = normalisers.get(stream) ?? createNormaliser();
    normalisers.set(stream, normaliser);
    yield keyBatch(next.value, normaliser, assetFor(part, file, options), options.asset);
  }
}

function keyBatch(
  batch: ScanBatch,
  normaliser: Normaliser,
  asset: AssetRef,
  assetOverride: AssetRef | undefined,
): KeyedBatch {
  const rejected: Rejected[] = [...batch.rejected];
  const observations: KeyedObservation[] = [];
  for (const observation of batch.observations) {
    try {
      observations.push(normaliser.observation(observation, { asset, assetOverride }));
    } catch (error) {
      if (!isGatehouseError(error)) throw error;
      const [defect] = observation.defects;
      rejected.push({ at: defect?.id ?? 'entry', reason: error.message });
    }
  }
  const assets = distinct(observations.map((observation) => observation.asset));
  return { part: batch.part, statements: observations, count: observations.length, assets, rejected };
}

/** What entries without an asset of their own are bound to. */
function assetFor(part: PartIdentity, file: NamedFile, options: ScanOptions): AssetRef {
  return options.asset ?? part.asset ?? { kind: 'file', name: basename(file.name) };
}

export function streamOf(format: string, part: PartIdentity, options: ScanOptions): StreamRef {
  return {
    source: `scan:${format}/${part.tool}`,
    category: `${options.profile ?? part.category}${options.apart === undefined ? '' : ` ${options.apart}`}`,
    channel: options.channel ?? '',
  };
}

/** An inventory, or a scan of nothing that could be a finding, such as licences alone: it decides nothing. */
export function speaksOfNothing({ inventory, classes }: Pick<ScanPart, 'inventory' | 'classes'>): boolean {
  return inventory || classes.length === 0;
}

/** What this part of the file may speak for, given what the caller said beside it. */
export function coverageOf(
  part: ScanPart,
  file: NamedFile,
  options: ScanOptions,
  mentioned: readonly AssetRef[],
  now: number,
): Coverage {
  const named = options.asset ?? part.asset;
  const isBound =
    named !== undefined || part.assets.length > 0 || mentioned.some(({ kind }) => kind !== 'file');
  const reasons = [...part.reasons];
  if (!isBound) {
    const { kind, name } = assetFor(part, file, options);
    reasons.push(
      `the file names no asset, so it was bound to ${kind} ${name} and closes nothing; give --asset`,
    );
  }
  const stated = part.observedAt ?? now;
  const dated = notAhead(stated, now);
  if (options.observedAt === undefined && dated !== stated) {
    reasons.push(
      `the file is dated ${new Date(stated).toISOString()}, which is still to come: it was taken as of now; give --observed-at`,
    );
  }
  if (speaksOfNothing(part)) reasons.push('an inventory: it states no vulnerabilities and closes nothing');
  const assets =
    named !== undefined
      ? [named]
      : isBound
        ? [...part.assets, ...mentioned]
        : [assetFor(part, file, options)];
  return {
    observedAt: options.observedAt ?? dated,
    assets: distinct(assets),
    classes: part.inventory ? [] : part.classes,
    labels: 'all',
    closes: isBound && !speaksOfNothing(part),
    complete: part.complete,
    reasons,
  };
}

/** What several parts of one stream may speak for together: no more than each of them in its own place. */
export function joinCoverages(coverages: readonly Coverage[]): Coverage {
  const [first, ...rest] = coverages;
  if (first === undefined) throw new RangeError('a run has at least one part');
  return rest.reduce(
    (joined, one) => ({
      observedAt: Math.max(joined.observedAt, one.observedAt),
      assets:
        joined.assets === 'all' || one.assets === 'all' ? 'all' : distinct([...joined.assets, ...one.assets]),
      classes:
        joined.classes === 'all' || one.classes === 'all'
          ? 'all'
          : [...new Set([...joined.classes, ...one.classes])],
      labels: 'all',
      closes: joined.closes && one.closes,
      complete: joined.complete && one.complete,
      reasons: [...new Set([...joined.reasons, ...one.reasons])],
    }),
    first,
  );
}

function distinct(assets: readonly AssetRef[]): readonly AssetRef[] {
  return [...new Map(assets.map((asset) => [`${asset.kind} ${asset.name}`, asset])).values()];
}
