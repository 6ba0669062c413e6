/**
 * Replies of GraphQL have the shape that was asked for: wherever an object has `vulnerabilityAlerts`, it is a
 * repository. The places where many of them are asked for are read one by one.
 */
import type { AssetRef } from '../../domain/statement.ts';
import type { JsonItem, JsonPath } from '../../platform/json-stream.ts';
import { asObject, type JsonObject, listOf, numberOf, objectOf, objectsOf, textOf } from '../loose-values.ts';
import type { AlertReader } from './alert-reader.ts';
import { fullNameOf, repositoryOf } from './repository.ts';

const ALERTS_OF_ONE = [
  'data.repository.vulnerabilityAlerts.nodes[*]',
  'data.repository.vulnerabilityAlerts.edges[*]',
];
const REPOSITORIES = [
  'data.search.nodes[*]',
  'data.search.edges[*]',
  'data.organization.repositories.nodes[*]',
  'data.organization.repositories.edges[*]',
];

export class GraphReader {
  static readonly items = [...ALERTS_OF_ONE, ...REPOSITORIES];

  readonly #reader: AlertReader;
  #repository: AssetRef | undefined;
  readonly #pages = new Map<string, RepositoryPages>();
  #isAnyAsked = false;
  /** Whichever of the two lists of one connection comes first: they are the same alerts. */
  #pattern: string | undefined;

  constructor(reader: AlertReader) {
    this.#reader = reader;
  }

  get hasNoAlerts(): boolean {
    return !this.#isAnyAsked;
  }

  /** A reply without what `items` gives apart. */
  surroundings(document: JsonObject): void {
    this.#repository = repositoryOf(objectOf(objectOf(document, 'data'), 'repository'));
    this.reply(document, []);
  }

  reply(document: JsonObject, path: JsonPath): void {
    for (const error of objectsOf(document, 'errors')) {
      this.#reader.failures.add(`GitHub reports: ${textOf(error, 'message') ?? 'an error'}`);
    }
    this.#walk(document.data, [...path, 'data'], undefined);
  }

  item({ pattern, path, value }: JsonItem): void {
    if (!ALERTS_OF_ONE.includes(pattern)) this.#walk(value, path, undefined);
    else {
      this.#pattern ??= pattern;
      if (this.#pattern === pattern) this.#alert(value, path, this.#repository);
    }
  }

  #walk(value: unknown, path: JsonPath, around: AssetRef | undefined): void {
    if (Array.isArray(value)) {
      for (const [at, one] of value.entries()) this.#walk(one, [...path, at], around);
      return;
    }
    const object = asObject(value);
    if (object === undefined) return;
    const alerts = objectOf(object, 'vulnerabilityAlerts');
    const isRepository = alerts !== undefined || fullNameOf(object) !== undefined;
    const here = (isRepository ? repositoryOf(object) : undefined) ?? around;
    if (alerts !== undefined) this.#connection(alerts, [...path, 'vulnerabilityAlerts'], here);
    for (const [name, member] of Object.entries(object)) {
      if (name !== 'vulnerabilityAlerts') this.#walk(member, [...path, name], here);
    }
  }

  #connection(alerts: JsonObject, path: JsonPath, asset: AssetRef | undefined): void {
    this.#isAnyAsked = true;
    this.#reader.lookedAt('Dependabot', asset);
    const info = objectOf(alerts, 'pageInfo');
    const pages = this.#pagesOf(asset);
    pages.isStartMissing ??= info?.hasPreviousPage === true;
    pages.isEndMissing = info?.hasNextPage === true;
    pages.total = Math.max(pages.total, numberOf(alerts, 'totalCount') ?? 0);
    const name = listOf(alerts, 'nodes').length > 0 ? 'nodes' : 'edges';
    for (const [at, one] of listOf(alerts, name).entries()) this.#alert(one, [...path, name, at], asset);
  }

  #pagesOf(asset: AssetRef | undefined): RepositoryPages {
    const name = asset?.name ?? 'the repository';
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    const pages: RepositoryPages = { isStartMissing: undefined, isEndMissing: false, total: 0, alerts: 0 };
    this.#pages.set(name, pages);
    return pages;
  }

  /** After the last reply: says of which repositories there is more. */
  finish(): void {
    for (const [name, { isStartMissing, isEndMissing, total, alerts }] of this.#pages) {
      if (isStartMissing || isEndMissing || alerts < total)
        this.#reader.failures.add(`there are more alerts of ${name} than the pages that are here have`);
    }
  }

  #alert(value: unknown, path: JsonPath, asset: AssetRef | undefined): void {
    const edge = asObject(value);
    const node = objectOf(edge, 'node');
    this.#pagesOf(asset).alerts++;
    this.#reader.add(path, node ?? value, asset);
  }
}

interface RepositoryPages {
  /** Undefined before the first page. */
  isStartMissing: boolean | undefined;
  isEndMissing: boolean;
  /** As GitHub counts them; 0 where it was not asked to. */
  total: number;
  alerts: number;
}
