import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { firstCharacter } from '../first-character.ts';
import type { Format, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import type { HeadOutline } from '../head-outline.ts';
import { asObject, type JsonObject, objectOf, shortened, textOf } from '../loose-values.ts';
import { AlertReader } from './alert-reader.ts';
import { GraphReader } from './graph.ts';
import { repositoryOf } from './repository.ts';

/** GitHub's alerts of Dependabot, code scanning and secret scanning, as its APIs and webhooks give them. */
export const githubAlerts: Format = { kind: 'github-alerts', detect, read };

const ALERT_MEMBERS = /"(?:security_advisory|security_vulnerability|most_recent_instance|secret_type)"\s*:/;

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root === 'other') return false;
  if (isAlertOutline(outline)) return true;
  if (members.has('data') && /"vulnerabilityAlerts"\s*:/.test(text)) return true;
  // Pages put together: a list of lists.
  if (root === 'array') return /^\s*\[\s*\[/.test(text) && ALERT_MEMBERS.test(text);
  if (String(members.get('documentation_url')).startsWith('https://docs.github.com/'))
    return members.has('message');
  return members.has('alert') && ['action', 'repository', 'sender'].some((name) => members.has(name));
}

function isAlertOutline({ members }: HeadOutline): boolean {
  const isOne = ['security_advisory', 'security_vulnerability', 'most_recent_instance', 'secret_type'];
  if (isOne.some((name) => members.has(name))) return true;
  return members.has('number') && (members.has('dependency') || (members.has('rule') && members.has('tool')));
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const reader = new AlertReader();
  if ((await firstCharacter(file)) === '[') yield* readList(file, reader);
  else yield* readDocument(file, reader);
  yield* reader.rest();
  return { parts: reader.parts };
}

/** What REST gives when it lists; pages put together are lists in a list, or replies of GraphQL. */
async function* readList(file: ScanFile, reader: AlertReader): AsyncGenerator<ScanBatch> {
  const graph = new GraphReader(reader);
  let elements = 0;
  let isPaged = false;
  for await (const event of streamJson(file.open(), { items: ['[*]'] })) {
    if (event.kind !== 'item') continue;
    elements++;
    const { path, value } = event;
    const page = asObject(value);
    isPaged ||= Array.isArray(value) || page?.data !== undefined;
    if (Array.isArray(value)) {
      for (const [at, one] of value.entries()) reader.add([...path, at], one, undefined);
    } else if (page?.data === undefined) reader.add(path, value, undefined);
    else graph.reply(page, path);
    yield* reader.full();
  }
  if (reader.isNothingReadable) throw refused('nothing in its list is an alert');
  graph.finish();
  if (!isPaged && FULL_PAGES.has(elements)) {
    reader.failures.add(`it has ${elements} alerts, a full page of GitHub: there may be more`);
  }
}

/** What GitHub gives on one page when not asked for more, and at most. */
const FULL_PAGES: ReadonlySet<number> = new Set([30, 100]);

/** One reply of GraphQL, one webhook, or one alert. Around the alerts of a repository stands its name, maybe behind them. */
async function* readDocument(file: ScanFile, reader: AlertReader): AsyncGenerator<ScanBatch> {
  const document = await readSurroundings(file);
  if (document.data !== undefined || Array.isArray(document.errors)) yield* readGraph(file, reader, document);
  else if (objectOf(document, 'alert') !== undefined) {
    reader.add(['alert'], document.alert, repositoryOf(objectOf(document, 'repository')));
    reader.isOfOneMoment(document.alert);
    reader.failures.add('a webhook tells of one alert alone');
  } else if (textOf(document, 'message') !== undefined && document.number === undefined) {
    const said = shortened(textOf(document, 'message') ?? '');
    throw new GatehouseError('input-invalid', `GitHub refused, so the file tells nothing: ${said}`);
  } else {
    reader.add([], document, undefined);
    reader.failures.add('it is one alert alone');
  }
  if (reader.isNothingReadable) throw refused(reader.firstReason);
}

async function* readGraph(
  file: ScanFile,
  reader: AlertReader,
  document: JsonObject,
): AsyncGenerator<ScanBatch> {
  const graph = new GraphReader(reader);
  graph.surroundings(document);
  for await (const event of streamJson(file.open(), { items: GraphReader.items })) {
    if (event.kind !== 'item') continue;
    graph.item(event);
    yield* reader.full();
  }
  graph.finish();
  if (graph.hasNoAlerts) throw refused('the reply of GraphQL has no vulnerabilityAlerts');
}

async function readSurroundings(file: ScanFile): Promise<JsonObject> {
  for await (const event of streamJson(file.open(), { items: GraphReader.items })) {
    if (event.kind !== 'document') continue;
    const document = asObject(event.value);
    if (document !== undefined) return document;
  }
  throw refused('it is no object and no list');
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `these are no alerts of GitHub: ${reason}`);
}
