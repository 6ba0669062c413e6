/**
 * What is pushed down to the vendor: where, never open or resolved, muted or not. A selector joins its criteria by
 * "and", and a criterion takes ids or names but not both; a scope that mixes them, or is longer than an address may
 * be, becomes several selectors that are read one after another. A problem found by two of them is one problem.
 */
import { GatehouseError } from '../../domain/errors.ts';
import type { Label, LabelKind } from '../../domain/statement.ts';

interface Criteria {
  readonly isId: RegExp;
  readonly ids?: string;
  readonly names: string;
}

const CRITERIA: Readonly<Record<LabelKind, Criteria>> = {
  zone: { isId: /^-?\d{10,}$/, ids: 'managementZoneIds', names: 'managementZones' },
  host: { isId: /^HOST-[0-9A-F]{16}$/, ids: 'relatedHostIds', names: 'relatedHostNames' },
  'process-group': { isId: /^PROCESS_GROUP-[0-9A-F]{16}$/, ids: 'affectedPgIds', names: 'affectedPgNames' },
  workload: {
    isId: /^CLOUD_APPLICATION-[0-9A-F]{16}$/,
    ids: 'relatedKubernetesWorkloadIds',
    names: 'relatedKubernetesWorkloadNames',
  },
  cluster: {
    isId: /^KUBERNETES_CLUSTER-[0-9A-F]{16}$/,
    ids: 'relatedKubernetesClusterIds',
    names: 'relatedKubernetesClusterNames',
  },
  tag: { isId: /^\b$/, names: 'tags' },
  technology: { isId: /^\b$/, names: 'technology' },
};

/** Addresses of 8,000 characters pass everywhere; quoting and percent-encoding can treble these. */
const MAX_CRITERION = 1500;

/** One `securityProblemSelector` each; an empty one is everything. */
export function selectorsOf(labels: readonly Label[]): string[] {
  const byKind = Map.groupBy(labels, ({ kind }) => kind);
  let selectors: string[][] = [[]];
  for (const [kind, wanted] of [...byKind].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const criteria = criteriaOf(CRITERIA[kind], wanted);
    selectors = selectors.flatMap((selector) => criteria.map((criterion) => [...selector, criterion]));
  }
  return selectors.map((selector) => selector.join(','));
}

function criteriaOf(criteria: Criteria, labels: readonly Label[]): string[] {
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const label of labels) {
    if (criteria.ids !== undefined && isIdIn(criteria, label)) ids.add(label.id);
    else names.add(label.name ?? label.id);
  }
  return [...inPieces(criteria.ids ?? '', ids), ...inPieces(criteria.names, names)];
}

/** A label whose name is all that is known says it twice. */
function isIdIn({ isId }: Criteria, { id, name }: Label): boolean {
  return name !== id && isId.test(id);
}

export function isZoneId(zone: Label): boolean {
  return isIdIn(CRITERIA.zone, zone);
}

function inPieces(criterion: string, values: ReadonlySet<string>): string[] {
  const pieces: string[][] = [];
  let length = 0;
  for (const value of [...values].sort().map(quote)) {
    const last = pieces.at(-1);
    if (last === undefined || length + value.length > MAX_CRITERION) {
      pieces.push([value]);
      length = value.length;
    } else {
      last.push(value);
      length += value.length + 1;
    }
  }
  return pieces.map((piece) => `${criterion}(${piece.join(',')})`);
}

export function quote(value: string): string {
  return `"${value.replace(/[~"]/g, '~$&')}"`;
}

/**
 * What both the settings and the job allow. A kind that only one of them names is narrowed by that one.
 *
 * @throws GatehouseError `input-invalid` when the job asks for something that the settings leave out
 */
export function narrowed(settings: readonly Label[], job: readonly Label[]): readonly Label[] {
  const asked = Map.groupBy(job, ({ kind }) => kind);
  const allowed = Map.groupBy(settings, ({ kind }) => kind);
  const kinds = new Set([...allowed.keys(), ...asked.keys()]);
  return [...kinds].flatMap((kind) => {
    const limits = allowed.get(kind);
    const wanted = asked.get(kind);
    if (limits === undefined || wanted === undefined) return limits ?? wanted ?? [];
    const both = wanted.filter((label) => limits.some((limit) => isSame(label, limit)));
    if (both.length > 0) return both;
    const names = wanted.map(({ id, name }) => name ?? id).join(', ');
    throw new GatehouseError(
      'input-invalid',
      `dynatrace: the scope asks for ${kind} ${names}, which the source's settings leave out; widen scope there`,
    );
  });
}

function isSame(a: Label, b: Label): boolean {
  const ofB = [b.id, b.name];
  return ofB.includes(a.id) || (a.name !== undefined && ofB.includes(a.name));
}
