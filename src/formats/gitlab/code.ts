import type { AssetRef, FindingClass, Location } from '../../domain/statement.ts';
import { hashed } from '../hashed.ts';
import { type JsonObject, numberOf, objectOf, objectsOf, textOf } from '../loose-values.ts';
import { sourcePath, unindented } from '../source-path.ts';
import { type Entry, ruleOf, type Sorted } from './identifiers.ts';

/** A defect in code or configuration, a secret, or what an attack from outside showed. */
export function codeOf(about: Entry, findingClass: FindingClass): Sorted {
  const { entry, location } = about;
  const solution = textOf(entry, 'solution');
  const place = textOf(location, 'hostname') === undefined ? fileOf(location) : pageOf(location);
  return {
    defects: [ruleOf(about)],
    asset: hostOf(location),
    location: { ...place?.location, file: place?.file ?? '', ...marksOf(about, findingClass, place) },
    occurrences: place === undefined ? [] : [{ path: place.file, line: place.location.line }],
    fix: solution === undefined ? undefined : { versions: [], text: solution },
  };
}

interface Place {
  readonly file: string;
  readonly location: { readonly line?: number | undefined };
  /** What tells entries of one page apart. */
  readonly fingerprint?: string | undefined;
}

function fileOf(location: JsonObject | undefined): Place | undefined {
  const file = textOf(location, 'file');
  if (file === undefined) return undefined;
  return { file: sourcePath(file), location: { line: numberOf(location, 'start_line') || undefined } };
}

/** What a scan from outside looked at: a method and a parameter of a path. */
function pageOf(location: JsonObject | undefined): Place {
  const method = textOf(location, 'method') ?? '';
  return {
    file: textOf(location, 'path') ?? '/',
    location: {},
    fingerprint: `${method} ${textOf(location, 'param') ?? ''}`.trim(),
  };
}

function hostOf(location: JsonObject | undefined): AssetRef | undefined {
  const hostname = textOf(location, 'hostname');
  return hostname === undefined ? undefined : { kind: 'host', name: hostname.replace(/\/+$/, '') };
}

/**
 * What tells places with the same defect apart: the tracking signature that survives moves, the code itself, else the
 * key of old schemas where it holds no line. Of a secret it is the hash of the secret, which is not kept.
 */
function marksOf(about: Entry, findingClass: FindingClass, place: Place | undefined): Partial<Location> {
  const { entry, location } = about;
  const code = unindented(textOf(entry, 'raw_source_code_extract') ?? '');
  if (findingClass === 'secret') {
    return { fingerprint: code === undefined ? keyOf(entry, location) : hashed(code) };
  }
  const crash = textOf(location, 'crash_state') ?? textOf(location, 'stacktrace_snippet');
  return {
    fingerprint:
      signatureOf(entry) ?? (code === undefined ? keyOf(entry, location) : undefined) ?? place?.fingerprint,
    snippet: code ?? crash ?? methodOf(location),
  };
}

const ALGORITHMS = ['scope_offset_compressed', 'scope_offset', 'hash'];

function signatureOf(entry: JsonObject): string | undefined {
  const items = objectsOf(objectOf(entry, 'tracking'), 'items');
  const signatures = items.flatMap((item) => objectsOf(item, 'signatures'));
  for (const algorithm of ALGORITHMS) {
    const values = signatures
      .filter((one) => textOf(one, 'algorithm') === algorithm)
      .flatMap((one) => textOf(one, 'value') ?? []);
    if (values.length > 0) return hashed(values.join('|'));
  }
  return undefined;
}

/** `cve` of schemas before 15: a key of the entry, in which some scanners put the line. */
function keyOf(entry: JsonObject, location: JsonObject | undefined): string | undefined {
  const key = textOf(entry, 'cve');
  if (key === undefined) return undefined;
  const lines = new Set([location?.start_line, location?.end_line].map(String));
  const parts = key.split(':');
  const stable = parts.filter((part) => !lines.has(part) && !/^\d+(?:-\d+)?$/.test(part));
  const isMarked = stable.some((part) => /^[0-9a-f]{32,}$/i.test(part));
  return isMarked ? hashed(stable.join(':')) : undefined;
}

function methodOf(location: JsonObject | undefined): string | undefined {
  const names = [textOf(location, 'class'), textOf(location, 'method')].filter((name) => name !== undefined);
  return names.length === 0 ? undefined : names.join('.');
}
