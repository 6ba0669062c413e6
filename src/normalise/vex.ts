/**
 * What a VEX document says, as the gate asks for it. Matching is strict: whatever is named must be the same, a version
 * that is named must be the installed one, and what can be matched to nothing sets nothing aside.
 */
import { PackageURL } from 'packageurl-js';
import { normaliseName } from '../domain/names.ts';
import type { VexStatement } from '../domain/vex.ts';
import type { VexDocument, VexEntry, VexProduct } from '../domain/vex-document.ts';
import { componentIdentity } from './component.ts';

type Target = Pick<VexStatement, 'component' | 'componentName' | 'versions' | 'assetNames' | 'imageVersions'>;

interface Word {
  readonly at: number;
  readonly target: Target;
  /** Undefined: it sets nothing aside. */
  readonly statement: VexStatement | undefined;
}

/**
 * Of what holds now: for each vulnerability in each product the latest word of each author, unless a later one of his
 * takes it back for a product that this one is part of.
 */
export function statementsOf(documents: readonly VexDocument[], now: number): readonly VexStatement[] {
  const words = new Map<string, Map<string, Word>>();
  for (const { issuer, entries } of documents) {
    for (const entry of entries) {
      if (entry.at > now) continue;
      const vulnerability = normaliseName(entry.vulnerability);
      const about = JSON.stringify([issuer, vulnerability]);
      const latest = words.get(about) ?? new Map<string, Word>();
      words.set(about, latest);
      for (const target of entry.products.flatMap(targetsOf)) {
        const key = JSON.stringify(target);
        if ((latest.get(key)?.at ?? Number.NEGATIVE_INFINITY) > entry.at) continue;
        latest.set(key, {
          at: entry.at,
          target,
          statement: statementOf(entry, issuer, vulnerability, target),
        });
      }
    }
  }
  return [...words.values()].flatMap((latest) => standing([...latest.values()]));
}

function standing(words: readonly Word[]): readonly VexStatement[] {
  const denials = words.filter(({ statement }) => statement === undefined);
  return words.flatMap(({ at, target, statement }) =>
    denials.some((one) => one.at > at && isWithin(target, one.target)) ? [] : (statement ?? []),
  );
}

/** What names less is of more. */
function isWithin(target: Target, wider: Target): boolean {
  const own = new Map(Object.entries(target).map(([name, value]) => [name, JSON.stringify(value)]));
  return Object.entries(wider).every(([name, value]) => own.get(name) === JSON.stringify(value));
}

/** Only what says that there is nothing to fix. */
function statementOf(
  { status, reason }: VexEntry,
  issuer: string,
  vulnerability: string,
  target: Target,
): VexStatement | undefined {
  if (status !== 'not-affected' && status !== 'fixed') return undefined;
  return { vulnerability, ...target, status, issuer, reason, fromJudgedScans: false };
}

function targetsOf({ product, parts }: VexEntry['products'][number]): readonly Target[] {
  const wholes = assetsOf(product);
  if (parts.length === 0) return [...wholes, ...packagesOf(product)];
  return wholes.flatMap((whole) => parts.flatMap(packagesOf).map((part) => ({ ...whole, ...part })));
}

/** As what carries findings: an image, a repository, whatever is called by that name. */
function assetsOf({ purl, hashes, name }: VexProduct): readonly Target[] {
  const parsed = parse(purl);
  if (hashes !== undefined) return [{ imageVersions: hashes }];
  if (parsed === undefined) return name === undefined ? [] : [{ assetNames: [name] }];
  if (IMAGES.has(parsed.type)) {
    const version = parsed.version ?? undefined;
    const assetNames = imageNamesOf(parsed);
    return [version === undefined ? { assetNames } : { assetNames, imageVersions: [version] }];
  }
  // A version of a repository is no part of what scans say of it, so one that is named can be matched to nothing.
  if (parsed.version !== undefined && parsed.version !== null) return [];
  return [{ assetNames: [componentIdentity(String(purl)), fullNameOf(parsed)] }];
}

/** As what is installed. */
function packagesOf({ purl, cpe, version }: VexProduct): readonly Target[] {
  const parsed = parse(purl);
  if (parsed !== undefined && purl !== undefined) {
    if (IMAGES.has(parsed.type)) return [];
    const wanted = parsed.version ?? version;
    const component = componentIdentity(purl);
    return [wanted === undefined ? { component } : { component, versions: [wanted] }];
  }
  const [, componentName, installed] = /^cpe:(?:2\.3:|\/)[aho*]:[^:]+:([^:]+):([^:]+)/.exec(cpe ?? '') ?? [];
  if (componentName === undefined || installed === undefined || ['*', '-', ''].includes(installed)) return [];
  return [{ componentName, versions: [installed] }];
}

const IMAGES: ReadonlySet<string> = new Set(['oci', 'docker']);

/** With its registry and, of Docker's, all the ways to write it. */
function imageNamesOf(purl: PackageURL): readonly string[] {
  const address = purl.qualifiers?.repository_url;
  const written =
    typeof address === 'string' && address !== '' ? address.replace(/[:@][^/]*$/, '') : fullNameOf(purl);
  const short = written.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
  const isDockers = short !== written || !written.includes('/');
  if (!isDockers) return [written];
  const spaced = short.includes('/') ? [short] : [short, `library/${short}`];
  return [
    ...new Set([...spaced, ...spaced.flatMap((one) => [`docker.io/${one}`, `index.docker.io/${one}`])]),
  ];
}

function fullNameOf({ namespace, name }: PackageURL): string {
  return namespace === undefined || namespace === null ? name : `${namespace}/${name}`;
}

function parse(purl: string | undefined): PackageURL | undefined {
  if (purl === undefined) return undefined;
  try {
    return PackageURL.fromString(purl);
  } catch {
    // What is no package URL names nothing that could be matched.
    return undefined;
  }
}
