/** A store that holds a million findings, written through the store's own door. */
import type { IntelligenceFact } from '../../src/domain/intelligence.ts';
import type { KeyedStatement } from '../../src/domain/keyed.ts';
import type { AssetRef, Label, Observation, StreamRef } from '../../src/domain/statement.ts';
import { createNormaliser } from '../../src/normalise/normaliser.ts';
import type { Store } from '../../src/store/store.ts';
import {
  type InventedPackage,
  type InventedVulnerability,
  inventPackages,
  inventVulnerabilities,
  pairOf,
} from './catalogue.ts';

const DAY_MS = 86_400_000;
const FIRST_SCAN = Date.UTC(2026, 0, 1);
const IMAGES = 360;
const FINDINGS_OF_IMAGE = 2500;
/** Scanned a second time, without a tenth of what was found the first time. */
const IMAGES_SCANNED_AGAIN = 20;
const FINDINGS_OF_ENVIRONMENT = 100_000;
const BATCH = 500;

export const ENVIRONMENT_SOURCE = 'runtime';
export const CHANNELS = ['production', 'certification'] as const;

export function imageName(n: number): string {
  return `images.example.org/team-${n % 30}/service-${n}`;
}

/** Five in six images run in production. */
export function channelOf(image: number): string {
  return CHANNELS[image % 6 === 5 ? 1 : 0];
}

/**
 * 900,000 findings of scanned images in two channels, 100,000 of a running environment with labels; and what the world
 * says of their vulnerabilities, and of fifty times as many that nobody here has.
 */
export async function fillStore(store: Store): Promise<void> {
  const catalogue = { vulnerabilities: inventVulnerabilities(), packages: inventPackages() };
  for (let n = 0; n < IMAGES; n++) await importImage(store, catalogue, n, 0, FINDINGS_OF_IMAGE);
  for (let n = 0; n < IMAGES_SCANNED_AGAIN; n++)
    await importImage(store, catalogue, n, 30, FINDINGS_OF_IMAGE * 0.9);
  await importEnvironment(store, catalogue);
  await recordIntelligence(store, catalogue);
}

interface Catalogue {
  readonly vulnerabilities: readonly InventedVulnerability[];
  readonly packages: readonly InventedPackage[];
}

async function importImage(
  store: Store,
  catalogue: Catalogue,
  n: number,
  dayOffset: number,
  findings: number,
): Promise<void> {
  const asset: AssetRef = { kind: 'image', name: imageName(n) };
  const normaliser = createNormaliser();
  // Images share most of what is in them with their neighbours.
  const first = (n % 60) * 1000;
  await writeRun(
    store,
    { source: 'scan:trivy/Trivy', category: '', channel: channelOf(n) },
    FIRST_SCAN + (dayOffset + (n % 30)) * DAY_MS,
    asset,
    findings,
    (index) => normaliser.observation(scannedEntry(catalogue, first + index, `1.${n % 40}`), { asset }),
  );
}

async function importEnvironment(store: Store, catalogue: Catalogue): Promise<void> {
  const asset: AssetRef = { kind: 'environment', name: 'runtime:abc12345' };
  const normaliser = createNormaliser();
  await writeRun(
    store,
    { source: ENVIRONMENT_SOURCE, category: '', channel: '' },
    FIRST_SCAN + 40 * DAY_MS,
    asset,
    FINDINGS_OF_ENVIRONMENT,
    (index) => normaliser.observation(runningEntry(catalogue, index), { asset }),
  );
}

const FOREIGN_NAMES = 250_000;

async function recordIntelligence(store: Store, { vulnerabilities }: Catalogue): Promise<void> {
  const foreign = Array.from({ length: FOREIGN_NAMES }, (_, n) => `CVE-1999-${100_000 + n}`);
  const own = vulnerabilities.map(({ id }) => id);
  const facts = [...foreign, ...own].map(
    (name, n): IntelligenceFact => ({
      kind: 'epss',
      name,
      validAt: FIRST_SCAN,
      // Most are close to 0: one in a hundred is above 0.6, one in twenty above 0.22.
      value: { probability: (((n * 7919) % 1000) / 1000) ** 50 },
    }),
  );
  await store.writer.recordIntelligence(facts, FIRST_SCAN);
  await store.writer.recordIntelligence(
    own
      .filter((_, n) => n % 250 === 3)
      .map((name): IntelligenceFact => {
        const value = { addedAt: FIRST_SCAN, isRansomware: name.endsWith('3') };
        return { kind: 'kev', name, validAt: FIRST_SCAN, value };
      }),
    FIRST_SCAN,
  );
}

async function writeRun(
  store: Store,
  stream: StreamRef,
  observedAt: number,
  asset: AssetRef,
  count: number,
  entryAt: (index: number) => KeyedStatement,
): Promise<void> {
  const run = await store.writer.beginRun({
    stream,
    holdMs: 0,
    observedAt,
    recordedAt: observedAt,
    visibility: 'staged',
  });
  for (let start = 0; start < count; start += BATCH) {
    const length = Math.min(BATCH, count - start);
    await run.stage(Array.from({ length }, (_, index) => entryAt(start + index)));
  }
  await run.finish({
    observedAt,
    assets: [asset],
    classes: ['vulnerability'],
    labels: 'all',
    closes: true,
    complete: true,
    reasons: [],
  });
}

/** What the reader of Trivy makes of an entry. */
function scannedEntry(
  { vulnerabilities, packages }: Catalogue,
  n: number,
  imageVersion: string,
): Observation {
  const [v, p] = pairOf(n);
  const vulnerability = vulnerabilities[v];
  const package_ = packages[p];
  if (vulnerability === undefined || package_ === undefined) throw new Error('the catalogue has a hole');
  const { id, ghsa, severity, score } = vulnerability;
  const layer = `sha256:${(n % 12).toString(16).padStart(64, '0')}`;
  return {
    kind: 'observation',
    class: 'vulnerability',
    defects: [{ kind: 'vulnerability', id, aliases: ghsa === undefined ? [] : [ghsa] }],
    component: { purl: package_.purl, version: package_.version },
    occurrences: [{ version: package_.version, layer, imageVersion }],
    life: { state: 'open' },
    severity,
    score,
    about: aboutOf(vulnerability),
    fix: n % 3 === 0 ? undefined : { versions: [package_.fixed] },
    setAside: [],
    labels: [],
  };
}

/** What a source that watches a running environment says: facts, labels, dates, and where it runs. */
function runningEntry({ vulnerabilities, packages }: Catalogue, n: number): Observation {
  const [v, p] = pairOf(n);
  const vulnerability = vulnerabilities[v];
  const package_ = packages[p];
  if (vulnerability === undefined || package_ === undefined) throw new Error('the catalogue has a hole');
  const labels: readonly Label[] = [
    { kind: 'zone', id: String(n % 40), name: `Zone ${n % 40}` },
    { kind: 'host', id: `HOST-${n % 2000}`, name: `host-${n % 2000}` },
    { kind: 'process-group', id: `PROCESS_GROUP-${n % 5000}` },
  ];
  return {
    kind: 'observation',
    key: `S-${n}`,
    class: 'vulnerability',
    defects: [{ kind: 'vulnerability', id: vulnerability.id, aliases: [] }],
    component: { purl: package_.purl, version: package_.version },
    occurrences: [{ entity: `PROCESS_GROUP-${n % 5000}`, version: package_.version }],
    life: { state: 'open', firstSeenAt: FIRST_SCAN + (n % 40) * DAY_MS },
    severity: vulnerability.severity,
    score: vulnerability.score,
    assessment: {
      functionUsage: n % 500 === 0 ? 'in-use' : n % 500 === 1 ? 'not-available' : 'not-in-use',
      exposure: n % 20 === 0 ? 'public' : 'not-detected',
    },
    about: aboutOf(vulnerability),
    setAside: n % 200 === 7 ? [{ kind: 'vendor-mute', issuer: ENVIRONMENT_SOURCE, reason: 'accepted' }] : [],
    labels,
  };
}

function aboutOf({
  title,
  description,
  url,
  vector,
  publishedAt,
}: InventedVulnerability): Observation['about'] {
  return { title, description, url, vector, publishedAt: Date.parse(publishedAt) };
}
