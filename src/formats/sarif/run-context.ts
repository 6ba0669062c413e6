/** What a run says of itself, which its results refer to and which may stand behind them. */
import type { AssetRef } from '../../domain/statement.ts';
import { repositoryNameOf } from '../../platform/repository-name.ts';
import type { PartIdentity } from '../format.ts';
import { imageNameOf } from '../image-name.ts';
import {
  asObject,
  countOf,
  type JsonObject,
  listOf,
  objectOf,
  objectsOf,
  shortened,
  textOf,
  textsOf,
  timeOf,
} from '../loose-values.ts';
import { createUriResolver, type UriResolver } from './artifact-uri.ts';

export interface RunContext extends PartIdentity {
  readonly rules: RuleFinder;
  readonly uris: UriResolver;
  readonly observedAt: number | undefined;
  /** Why the run is not complete; empty when it is. */
  readonly failures: readonly string[];
}

export type RuleFinder = (result: JsonObject) => JsonObject | undefined;

/** `artifacts` are the uris of the run's artifacts by their position. */
export function runContextOf(
  index: number,
  run: JsonObject,
  artifacts: readonly (JsonObject | undefined)[],
): RunContext {
  const tool = objectOf(run, 'tool');
  return {
    index,
    tool: textOf(objectOf(tool, 'driver'), 'name') ?? 'unnamed tool',
    category: categoryOf(run),
    asset: assetOf(run),
    rules: createRuleFinder(tool),
    uris: createUriResolver(objectOf(run, 'originalUriBaseIds'), artifacts),
    observedAt: observedAtOf(run),
    failures: failuresOf(run),
  };
}

/** Of `category/run-id` the part before the last slash; what has no slash is all category. */
function categoryOf(run: JsonObject): string {
  const id = textOf(objectOf(run, 'automationDetails'), 'id') ?? '';
  const slash = id.lastIndexOf('/');
  return slash < 0 ? id : id.slice(0, slash);
}

function assetOf(run: JsonObject): AssetRef | undefined {
  const properties = objectOf(run, 'properties');
  for (const reference of [textOf(properties, 'imageName'), ...textsOf(properties, 'repoTags')]) {
    const image = imageNameOf(reference);
    if (image !== undefined && textOf(properties, 'imageID') !== undefined)
      return { kind: 'image', name: image.name };
  }
  const repositories = new Set(
    objectsOf(run, 'versionControlProvenance').map((origin) =>
      repositoryNameOf(textOf(origin, 'repositoryUri')),
    ),
  );
  const [repository] = repositories;
  // Several repositories in one run: which one a result belongs to is not said.
  return repositories.size === 1 && repository !== undefined
    ? { kind: 'repository', name: repository }
    : undefined;
}

function observedAtOf(run: JsonObject): number | undefined {
  const invocations = objectsOf(run, 'invocations');
  const ends = invocations.map((call) => timeOf(call, 'endTimeUtc')).filter((time) => time !== undefined);
  const starts = invocations.map((call) => timeOf(call, 'startTimeUtc')).filter((time) => time !== undefined);
  const times = ends.length > 0 ? ends : starts;
  return times.length === 0 ? undefined : times.reduce((latest, time) => Math.max(latest, time));
}

const SHOWN_NOTIFICATIONS = 5;

function failuresOf(run: JsonObject): readonly string[] {
  const failures: string[] = [];
  if (!Array.isArray(run.results))
    failures.push('the run has no list of results: its tool did not get that far');
  const external = objectOf(run, 'externalPropertyFileReferences');
  if (listOf(external, 'results').length > 0) failures.push('some results are in other files');
  for (const invocation of objectsOf(run, 'invocations')) {
    if (invocation.executionSuccessful === false) failures.push(unsuccessful(invocation));
    const errors = ['toolExecutionNotifications', 'toolConfigurationNotifications']
      .flatMap((name) => objectsOf(invocation, name))
      .filter((notification) => notification.level === 'error');
    for (const error of errors.slice(0, SHOWN_NOTIFICATIONS)) failures.push(notificationText(error));
    const more = errors.length - SHOWN_NOTIFICATIONS;
    if (more > 0) failures.push(`${more} more errors are reported by the tool`);
  }
  return failures;
}

function unsuccessful(invocation: JsonObject): string {
  const details = [textOf(invocation, 'exitCodeDescription'), textOf(invocation, 'exitSignalName')];
  const detail = details.find((text) => text !== undefined);
  return `the tool reports that it failed${detail === undefined ? '' : `: ${shortened(detail)}`}`;
}

function notificationText(notification: JsonObject): string {
  const message = textOf(objectOf(notification, 'message'), 'text');
  const id = textOf(objectOf(notification, 'descriptor'), 'id');
  return `the tool reports an error: ${shortened(message ?? id ?? 'without a message')}`;
}

/** A tool's own rules and those of its extensions, found as the result refers to them. */
function createRuleFinder(tool: JsonObject | undefined): RuleFinder {
  const driver = new RuleSet(objectOf(tool, 'driver'));
  const extensions = listOf(tool, 'extensions').map((extension) => new RuleSet(asObject(extension)));
  const all = [driver, ...extensions];
  return (result) => {
    const reference = objectOf(result, 'rule');
    const component = componentOf(objectOf(reference, 'toolComponent'), all, extensions) ?? driver;
    const id = textOf(result, 'ruleId') ?? textOf(reference, 'id');
    const at = countOf(reference, 'index') ?? countOf(result, 'ruleIndex');
    const indexed = at === undefined ? undefined : component.at(at);
    // An index that contradicts the id is a tool's mistake; the id is what people see.
    if (indexed !== undefined && (id === undefined || isRule(indexed, id))) return indexed;
    if (id === undefined) return component.withGuid(textOf(reference, 'guid'));
    for (const set of [component, ...all]) {
      const rule = set.named(id);
      if (rule !== undefined) return rule;
    }
    return indexed;
  };
}

class RuleSet {
  readonly name: string | undefined;
  readonly guid: string | undefined;
  readonly #rules: readonly unknown[];
  readonly #byId = new Map<string, JsonObject>();
  readonly #byGuid = new Map<string, JsonObject>();

  constructor(component: JsonObject | undefined) {
    this.name = textOf(component, 'name');
    this.guid = textOf(component, 'guid');
    this.#rules = listOf(component, 'rules');
    for (const value of this.#rules) {
      const rule = asObject(value);
      const id = textOf(rule, 'id');
      if (rule !== undefined && id !== undefined && !this.#byId.has(id)) this.#byId.set(id, rule);
      const guid = textOf(rule, 'guid')?.toLowerCase();
      if (rule !== undefined && guid !== undefined) this.#byGuid.set(guid, rule);
    }
  }

  at(index: number): JsonObject | undefined {
    return asObject(this.#rules[index]);
  }

  withGuid(guid: string | undefined): JsonObject | undefined {
    return guid === undefined ? undefined : this.#byGuid.get(guid.toLowerCase());
  }

  /** `CA1000/1` is a case of the rule `CA1000` (SARIF §3.5.4, hierarchical strings). */
  named(id: string): JsonObject | undefined {
    for (let name = id; name !== ''; name = name.slice(0, Math.max(name.lastIndexOf('/'), 0))) {
      const rule = this.#byId.get(name);
      if (rule !== undefined) return rule;
    }
    return undefined;
  }
}

function componentOf(
  reference: JsonObject | undefined,
  all: readonly RuleSet[],
  extensions: readonly RuleSet[],
): RuleSet | undefined {
  if (reference === undefined) return undefined;
  const index = countOf(reference, 'index');
  if (index !== undefined) return extensions[index];
  const guid = textOf(reference, 'guid');
  const name = textOf(reference, 'name');
  return all.find((set) =>
    guid !== undefined ? set.guid === guid : name !== undefined && set.name === name,
  );
}

function isRule(rule: JsonObject, id: string): boolean {
  const ruleId = textOf(rule, 'id');
  return ruleId === undefined || id === ruleId || id.startsWith(`${ruleId}/`);
}
