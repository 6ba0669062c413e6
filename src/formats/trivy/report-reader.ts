import { GatehouseError } from '../../domain/errors.ts';
import type { AssetRef, Observation, Rejected } from '../../domain/statement.ts';
import { type JsonItem, type JsonPath, showPath } from '../../platform/json-stream.ts';
import type { PartIdentity, ScanPart } from '../format.ts';
import { asObject, type JsonObject, textOf, timeOf } from '../loose-values.ts';
import { type Artifact, artifactOf, classesOf, imageOfTarget, workloadOf } from './artifact.ts';
import { misconfigurationOf, type Surroundings, secretOf, TOOL, vulnerabilityOf } from './records.ts';

const FINDING_LISTS = ['Vulnerabilities', 'Misconfigurations', 'Secrets'];
/** Given one by one only so that none of them is held in memory; counted for the report. */
const COUNTED_LISTS: ReadonlyMap<string, string> = new Map([
  ['Licenses', 'licences'],
  ['Packages', 'packages'],
  ['CustomResources', 'customResources'],
  ['ExperimentalModifiedFindings', 'modifiedFindings'],
  ['ModifiedFindings', 'modifiedFindings'],
]);
const LISTS = [...FINDING_LISTS, ...COUNTED_LISTS.keys()];

/** Where a Kubernetes report keeps its resources: all of them, older ones by scanner, and in the summary. */
export const RESOURCE_LISTS = ['Resources', 'Vulnerabilities', 'Misconfigurations', 'Findings'];

/** The result lists of every layout: schema 2, the array of old, and Kubernetes. */
export const ITEM_PATTERNS: readonly string[] = LISTS.flatMap((list) => [
  `Results[*].${list}[*]`,
  `[*].${list}[*]`,
  ...RESOURCE_LISTS.map((resources) => `${resources}[*].Results[*].${list}[*]`),
]);

/** Gathers one pass over a report: what each entry means, and what the whole may speak for. */
export class ReportReader {
  #observations: Observation[] = [];
  #rejected: Rejected[] = [];
  readonly #extra = new Map<string, number>();
  readonly #classes = new Set<string>();
  readonly #workloads = new Map<string, AssetRef>();
  readonly #failures: string[] = [];
  #results = 0;
  #artifact: Artifact | undefined;

  /** How many entries are read and not yet taken. */
  get waiting(): number {
    return this.#observations.length + this.#rejected.length;
  }

  /** True for a list of anything but results; false for an empty one. */
  get hasNoReadableResult(): boolean {
    return this.#results === 0 && this.#rejected.length > 0;
  }

  take(): { observations: readonly Observation[]; rejected: readonly Rejected[] } {
    const taken = { observations: this.#observations, rejected: this.#rejected };
    this.#observations = [];
    this.#rejected = [];
    return taken;
  }

  /** `report` is the root as far as it is read; enough of it once the first entry comes. */
  identify(report: unknown): PartIdentity {
    this.#artifact ??= artifactOf(asObject(report) ?? {});
    return { index: 0, tool: TOOL, category: '', asset: this.#artifact.asset };
  }

  item(item: JsonItem, enclosing: readonly unknown[]): void {
    const list = String(item.path.at(-2));
    const counted =
      COUNTED_LISTS.get(list) ?? (list === 'Misconfigurations' ? notFailed(item.value) : undefined);
    if (counted !== undefined) {
      this.#extra.set(counted, (this.#extra.get(counted) ?? 0) + 1);
      return;
    }
    const observation = readEntry(list, item.value, this.#surroundings(item.path, enclosing));
    if (typeof observation === 'string') this.#reject(item.path, observation);
    else this.#observations.push(observation);
  }

  /** A result or a resource is complete: what it says of itself counts also where it has no entries. */
  container(path: JsonPath, value: unknown, root: unknown): void {
    const parent = path.at(-2);
    if (typeof path.at(-1) !== 'number') return;
    if (parent === 'Results' || path.length === 1) this.#result(path, value);
    else if (path.length === 2) this.#resource(path, value, root);
  }

  part(report: unknown): ScanPart {
    const root = asObject(report);
    return {
      ...this.identify(report),
      assets: [...this.#workloads.values()],
      observedAt: timeOf(root, 'CreatedAt'),
      classes: report === null ? [] : classesOf(this.#classes),
      inventory: report === null,
      complete: this.#failures.length === 0,
      reasons:
        report === null
          ? ['the file is only null, as old Trivy wrote when it had no result']
          : this.#failures,
      extra: { results: this.#results, ...Object.fromEntries(this.#extra) },
    };
  }

  #reject(path: JsonPath, reason: string): void {
    this.#rejected.push({ at: showPath(path), reason });
  }

  #surroundings(path: JsonPath, enclosing: readonly unknown[]): Surroundings {
    const result = asObject(enclosing.at(-2));
    const target = textOf(result, 'Target') ?? '';
    const resultClass = textOf(result, 'Class');
    const shared = { target, type: textOf(result, 'Type'), class: resultClass };
    if (path.length < 6) {
      return { ...shared, asset: undefined, labels: [], imageVersion: this.#artifact?.imageVersion };
    }
    const cluster = textOf(asObject(enclosing[0]), 'ClusterName');
    const asset = workloadOf(cluster, asObject(enclosing[2]) ?? {});
    return {
      ...shared,
      asset,
      labels: [
        ...(cluster === undefined ? [] : [{ kind: 'cluster' as const, id: cluster }]),
        ...(asset === undefined ? [] : [{ kind: 'workload' as const, id: asset.name }]),
      ],
      imageVersion: imageOfTarget(target, resultClass),
    };
  }

  #result(path: JsonPath, value: unknown): void {
    const result = asObject(value);
    if (result === undefined) {
      this.#reject(path, 'the result is not an object');
      return;
    }
    if (path.length === 1 && textOf(result, 'Target') === undefined) {
      throw new GatehouseError('input-invalid', `${showPath(path)} has no Target: this is no Trivy report`);
    }
    this.#results++;
    const hasLegacyClass = textOf(result, 'Type') !== undefined || Object.hasOwn(result, 'Vulnerabilities');
    this.#classes.add(textOf(result, 'Class') ?? (hasLegacyClass ? 'os-pkgs' : 'license'));
    for (const list of LISTS) this.#assertList(path, result, list);
  }

  #resource(path: JsonPath, value: unknown, root: unknown): void {
    const resource = asObject(value);
    if (resource === undefined) {
      this.#reject(path, 'the resource is not an object');
      return;
    }
    this.#assertList(path, resource, 'Results');
    const workload = workloadOf(textOf(asObject(root), 'ClusterName'), resource);
    if (workload !== undefined) this.#workloads.set(workload.name, workload);
    const error = textOf(resource, 'Error');
    if (error !== undefined)
      this.#failures.push(`${workload?.name ?? showPath(path)} was not scanned: ${error}`);
  }

  #assertList(path: JsonPath, owner: JsonObject, name: string): void {
    const value = owner[name];
    if (value === undefined || value === null || Array.isArray(value)) return;
    this.#reject([...path, name], `${name} is not a list`);
  }
}

function readEntry(list: string, value: unknown, around: Surroundings): Observation | string {
  if (list === 'Vulnerabilities') return vulnerabilityOf(value, around);
  return list === 'Misconfigurations' ? misconfigurationOf(value, around) : secretOf(value, around);
}

/** What a check that did not fail is counted as. */
function notFailed(value: unknown): string | undefined {
  const status = textOf(asObject(value), 'Status')?.toUpperCase();
  if (status === undefined || status === 'FAIL') return undefined;
  return status === 'PASS' ? 'passed' : 'excepted';
}
