/** Files as SARIF names them, brought to one spelling: relative to the sources where that can be told. */
import { countOf, type JsonObject, objectOf, textOf } from '../loose-values.ts';

export type UriResolver = (artifactLocation: JsonObject | undefined) => string | undefined;

export function createUriResolver(
  bases: JsonObject | undefined,
  artifacts: readonly (JsonObject | undefined)[],
): UriResolver {
  const roots = absoluteBases(bases);
  return (location) => {
    if (location === undefined) return undefined;
    const index = countOf(location, 'index');
    const whole = textOf(location, 'uri') === undefined && index !== undefined ? artifacts[index] : location;
    const uri = textOf(whole, 'uri');
    if (uri === undefined) return undefined;
    const base = textOf(whole, 'uriBaseId');
    const prefix = isAbsolute(uri) || base === undefined ? '' : prefixOf(bases, base, 0);
    return tidy(withoutRoot(`${prefix}${uri}`, roots));
  };
}

const DEEPEST_BASE = 10;

/** What a base adds to the path: `BINROOT` at `bin/` below `SRCROOT` adds `bin/`, an absolute base nothing. */
function prefixOf(bases: JsonObject | undefined, id: string, depth: number): string {
  const base = objectOf(bases, id);
  const uri = textOf(base, 'uri');
  if (uri === undefined || isAbsolute(uri) || depth > DEEPEST_BASE) return '';
  const below = textOf(base, 'uriBaseId');
  return `${below === undefined ? '' : prefixOf(bases, below, depth + 1)}${uri.endsWith('/') ? uri : `${uri}/`}`;
}

function absoluteBases(bases: JsonObject | undefined): readonly string[] {
  return Object.keys(bases ?? {})
    .map((id) => textOf(objectOf(bases, id), 'uri'))
    .filter((uri) => uri !== undefined)
    .filter((uri) => isAbsolute(uri) && uri.endsWith('/') && uri.length > 'file:///'.length)
    .sort((a, b) => b.length - a.length);
}

function withoutRoot(uri: string, roots: readonly string[]): string {
  const root = roots.find((candidate) => uri.startsWith(candidate));
  return root === undefined ? uri : uri.slice(root.length);
}

function isAbsolute(uri: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(uri);
}

function tidy(uri: string): string {
  const path = decoded(uri.replace(/^file:\/\/(localhost)?/i, ''));
  return path
    .replaceAll('\\', '/')
    .replace(/^\/(?=[A-Za-z]:\/)/, '')
    .replace(/^(\.\/+)+/, '');
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    // Not percent-encoded after all: a file may be called "100%".
    return uri;
  }
}
