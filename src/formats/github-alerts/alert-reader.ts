import type { AssetRef, FindingClass, Observation } from '../../domain/statement.ts';
import type { JsonPath } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { PartIdentity, ScanBatch, ScanPart } from '../format.ts';
import { asObject, type JsonObject, objectOf, textOf } from '../loose-values.ts';
import { ReportedFailures } from '../reported-failures.ts';
import { changedAtOf, isFixed, isSetAside } from './alert-state.ts';
import { codeAlertOf, secretAlertOf } from './code-alerts.ts';
import { dependencyAlertOf } from './dependency-alerts.ts';
import { repositoryOfAlert } from './repository.ts';

/** What makes alerts in GitHub; each has a list of its own. */
const MAKERS = ['Dependabot', 'Code scanning', 'Secret scanning'] as const;
export type Maker = (typeof MAKERS)[number];

const CLASSES: Readonly<Record<Maker, FindingClass>> = {
  Dependabot: 'vulnerability',
  'Code scanning': 'code',
  'Secret scanning': 'secret',
};

interface OpenPart {
  readonly maker: Maker;
  readonly part: PartIdentity;
  readonly batch: EntryBatch;
  readonly assets: Map<string, AssetRef>;
  fixed: number;
  dismissed: number;
}

/** An empty list is what any of them gives when there are no alerts. */
const OF_NOTHING: ScanPart = {
  index: 0,
  tool: 'GitHub',
  category: '',
  asset: undefined,
  assets: [],
  observedAt: undefined,
  classes: [],
  inventory: false,
  complete: false,
  reasons: ['an empty list does not say what there is none of'],
  extra: {},
};

/** Sorts alerts by what made them. */
export class AlertReader {
  readonly failures = new ReportedFailures();
  readonly #open = new Map<Maker, OpenPart>();
  #observedAt: number | undefined;
  #firstReason = '';
  #isAnyRead = false;

  get isNothingReadable(): boolean {
    return this.#firstReason !== '' && !this.#isAnyRead;
  }

  /** What was wrong with the first alert that could not be read. */
  get firstReason(): string {
    return this.#firstReason;
  }

  add(path: JsonPath, value: unknown, around: AssetRef | undefined): void {
    const alert = asObject(value);
    const maker = makerOf(alert);
    const open = this.#part(maker ?? this.#lastMaker);
    const asset = around ?? (alert && repositoryOfAlert(alert));
    const read =
      alert === undefined || maker === undefined
        ? 'it is no alert that is known'
        : readAs(maker, alert, asset);
    if (typeof read === 'string') this.#firstReason ||= read;
    open.batch.add(path, read);
    if (alert === undefined || typeof read === 'string') return;
    this.#isAnyRead = true;
    if (asset !== undefined) open.assets.set(asset.name, asset);
    if (isFixed(alert)) open.fixed++;
    else if (isSetAside(alert)) open.dismissed++;
  }

  /** A repository that was looked at, also when it has no alerts. */
  lookedAt(maker: Maker, asset: AssetRef | undefined): void {
    const open = this.#part(maker);
    this.#isAnyRead = true;
    if (asset !== undefined) open.assets.set(asset.name, asset);
  }

  /** The file speaks of the moment in which this alert changed. */
  isOfOneMoment(alert: unknown): void {
    this.#observedAt = changedAtOf(asObject(alert));
  }

  *full(): Generator<ScanBatch> {
    for (const { part, batch } of this.#open.values()) yield* batch.full(part);
  }

  *rest(): Generator<ScanBatch> {
    for (const { part, batch } of this.#open.values()) yield batch.take(part);
  }

  get parts(): readonly ScanPart[] {
    if (this.#open.size === 0) return [OF_NOTHING];
    return [...this.#open.values()].map(({ maker, part, assets, fixed, dismissed }) => ({
      ...part,
      assets: [...assets.values()],
      observedAt: this.#observedAt,
      classes: [CLASSES[maker]],
      inventory: false,
      complete: this.failures.count === 0,
      reasons: this.failures.reasons,
      extra: { fixed, dismissed },
    }));
  }

  get #lastMaker(): Maker {
    return [...this.#open.keys()].at(-1) ?? 'Dependabot';
  }

  #part(maker: Maker): OpenPart {
    const known = this.#open.get(maker);
    if (known !== undefined) return known;
    const open: OpenPart = {
      maker,
      part: { index: this.#open.size, tool: maker, category: '', asset: undefined },
      batch: new EntryBatch(),
      assets: new Map(),
      fixed: 0,
      dismissed: 0,
    };
    this.#open.set(maker, open);
    return open;
  }
}

function readAs(maker: Maker, alert: JsonObject, asset: AssetRef | undefined): Observation | string {
  if (maker === 'Dependabot') return dependencyAlertOf(alert, asset);
  return maker === 'Code scanning' ? codeAlertOf(alert, asset) : secretAlertOf(alert, asset);
}

const OF_DEPENDABOT = [
  'security_advisory',
  'security_vulnerability',
  'securityVulnerability',
  'securityAdvisory',
  'dependency',
];

function makerOf(alert: JsonObject | undefined): Maker | undefined {
  if (alert === undefined) return undefined;
  if (OF_DEPENDABOT.some((name) => objectOf(alert, name) !== undefined)) return 'Dependabot';
  if (textOf(alert, 'affected_package_name') !== undefined) return 'Dependabot';
  if (textOf(alert, 'secret_type') !== undefined) return 'Secret scanning';
  return objectOf(alert, 'rule') === undefined ? undefined : 'Code scanning';
}
