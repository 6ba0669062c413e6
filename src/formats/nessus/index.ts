import { GatehouseError } from '../../domain/errors.ts';
import type { AssetRef } from '../../domain/statement.ts';
import { streamXml, type XmlItem, type XmlTag } from '../../platform/xml-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead, ScanPart } from '../format.ts';
import { shortened } from '../loose-values.ts';
import { rootTagOf } from '../xml-head.ts';
import { type Host, hostOf } from './hosts.ts';
import { readItem, TOOL } from './records.ts';

const ROOT = 'NessusClientData_v2';
const POLICY = `${ROOT}/Policy/policyName`;
const PROPERTIES = `${ROOT}/Report/ReportHost/HostProperties`;
const ITEM = `${ROOT}/Report/ReportHost/ReportItem`;
const REPORT_HOST_DEPTH = 2;

/** What Nessus and Tenable export as `.nessus`, version 2. */
export const nessus: Format = { kind: 'nessus', detect, read };

function detect({ text }: ScanHead): boolean {
  const name = text.trimStart().startsWith('<') ? rootTagOf(text)?.name : undefined;
  return name === ROOT || name === 'NessusClientData';
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const report = new Report();
  const batch = new EntryBatch();
  let part: PartIdentity | undefined;
  for await (const event of streamXml(file.open(), { items: [POLICY, PROPERTIES, ITEM] })) {
    if (event.kind === 'document') assertReport(event.root);
    else if (event.pattern === POLICY) report.policy ??= event.element.text.trim();
    else if (event.pattern === PROPERTIES) report.properties(event);
    else {
      part ??= report.identity();
      report.item(event, batch);
      yield* batch.full(part);
    }
  }
  part ??= report.identity();
  yield batch.take(part);
  return { parts: [report.part(part)] };
}

function assertReport({ name }: XmlTag): void {
  if (name === ROOT) return;
  const what =
    name === 'NessusClientData' ? 'it is of version 1; export it again as version 2' : 'its root is none';
  throw new GatehouseError('input-invalid', `this is no Nessus report: ${what}`);
}

/** Authentication failure, and credentials that were refused: what only somebody logged in sees was not looked at. */
const LOGIN_FAILED: ReadonlySet<string | undefined> = new Set(['21745', '104410']);

/** What is learned of a report on the way through it. */
class Report {
  policy: string | undefined;
  /** Of hosts without properties too; by name, as a host may be in the report twice. */
  readonly #assets = new Map<string, AssetRef>();
  readonly #unfinished = new Set<string>();
  readonly #withoutLogin = new Set<string>();
  readonly #extra = { hosts: 0, informational: 0, passed: 0 };
  #tag: XmlTag | undefined;
  #host: Host | undefined;
  #items = 0;
  #endedAt: number | undefined;

  /** Scans of another policy look at other things: they are a stream of their own. */
  identity(): PartIdentity {
    return { index: 0, tool: TOOL, category: this.policy ?? '', asset: undefined };
  }

  properties(event: XmlItem): void {
    this.#enter(event.enclosing[REPORT_HOST_DEPTH], event);
  }

  item(event: XmlItem, batch: EntryBatch): void {
    const tag = event.enclosing[REPORT_HOST_DEPTH];
    if (tag !== this.#tag) this.#enter(tag, undefined);
    const path = ['Report', this.#extra.hosts - 1, this.#items++];
    if (this.#host === undefined) {
      batch.reject(path, 'the host of the item has no name');
      return;
    }
    const { asset } = this.#host;
    if (LOGIN_FAILED.has(event.element.attributes.get('pluginID'))) this.#withoutLogin.add(asset.name);
    const read = readItem(event.element, this.#host);
    if (typeof read === 'string') this.#extra[read]++;
    else if ('unreadable' in read) batch.reject(path, read.unreadable);
    else batch.add(path, read);
  }

  part(identity: PartIdentity): ScanPart {
    const reasons = [
      ...counted(this.#unfinished, 'was not scanned to its end', 'were not scanned to their end'),
      ...counted(
        this.#withoutLogin,
        'refused the log-in, so that much was not looked at',
        'refused the log-in, so that much was not looked at',
      ),
    ];
    return {
      ...identity,
      assets: [...this.#assets.values()],
      observedAt: this.#endedAt,
      classes: ['vulnerability', 'misconfiguration'],
      inventory: false,
      complete: reasons.length === 0,
      reasons,
      extra: this.#extra,
    };
  }

  #enter(tag: XmlTag | undefined, event: XmlItem | undefined): void {
    if (tag !== this.#tag) {
      this.#extra.hosts++;
      this.#items = 0;
    }
    this.#tag = tag;
    this.#host = tag === undefined ? undefined : hostOf(tag, event?.element);
    if (this.#host === undefined) return;
    const { asset, endedAt, isUnfinished } = this.#host;
    this.#assets.set(asset.name, asset);
    if (isUnfinished) this.#unfinished.add(asset.name);
    if (endedAt !== undefined) this.#endedAt = Math.max(endedAt, this.#endedAt ?? endedAt);
  }
}

const MOST_NAMED = 5;

function counted(hosts: ReadonlySet<string>, one: string, several: string): readonly string[] {
  if (hosts.size === 0) return [];
  const named = [...hosts].slice(0, MOST_NAMED).map(shortened).join(', ');
  const names = hosts.size > MOST_NAMED ? `${named} …` : named;
  return [`${hosts.size} ${hosts.size === 1 ? `host ${one}` : `hosts ${several}`}: ${names}`];
}
