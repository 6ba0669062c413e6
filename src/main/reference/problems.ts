/** Findings of the store turned back into what the vendor counts: security problems, each once. */
import { OPEN } from '../../domain/filter.ts';
import type { Finding, FindingDetail, ObservationView } from '../../domain/finding.ts';
import { normaliseName } from '../../domain/names.ts';
import type { Scope } from '../../domain/scope.ts';
import { allFindings } from '../../flows/gate.ts';
import type { Problem } from '../../reports/reference/assessment.ts';
import type { StoreReader } from '../../store/store.ts';

interface Entry {
  readonly key: string;
  readonly view: ObservationView;
  readonly findings: Finding[];
}

export function openIn(reader: StoreReader, scope: Scope): Promise<readonly Finding[]> {
  return allFindings(reader, { op: 'all', of: [OPEN, { op: 'scope', scope }] });
}

/** Worst first. `excluded`: CVEs as they are written everywhere. */
export async function problemsOf(
  reader: StoreReader,
  source: string,
  findings: readonly Finding[],
  excluded: readonly string[],
): Promise<readonly Problem[]> {
  const entries = entriesOf(findings, source);
  const updated = await updatesOf(reader, source, [...entries.keys()]);
  const problems: Problem[] = [];
  for (const entry of entries.values()) {
    const [first] = entry.findings;
    const detail = first && (await reader.finding(first.id));
    if (detail !== undefined) problems.push(problemOf(entry, detail, updated.get(entry.key), excluded));
  }
  return problems.sort((a, b) => (b.score ?? -1) - (a.score ?? -1) || (a.id < b.id ? -1 : 1));
}

/** By the vendor's id; a problem that names several CVEs is several findings. */
function entriesOf(findings: readonly Finding[], source: string): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const finding of findings) {
    for (const view of finding.observations) {
      if (!view.live || view.source !== source) continue;
      const entry = entries.get(view.key);
      if (entry === undefined) entries.set(view.key, { key: view.key, view, findings: [finding] });
      else if (!entry.findings.includes(finding)) entry.findings.push(finding);
    }
  }
  return entries;
}

/** The revision of a Dynatrace problem begins with its `lastUpdatedTimestamp`. */
async function updatesOf(
  reader: StoreReader,
  source: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const seen = await reader.seen({ source, category: '', channel: '' }, keys);
  return new Map(
    seen.flatMap(({ key, revision }) => {
      const updatedAt = Number(revision?.split('.', 1)[0]);
      return updatedAt > 0 ? [[key, updatedAt] as const] : [];
    }),
  );
}

function problemOf(
  { key, view, findings }: Entry,
  detail: FindingDetail,
  updatedAt: number | undefined,
  excluded: readonly string[],
): Problem {
  const names = findings.map(({ vulnerability }) => vulnerability ?? '');
  const isExcluded = names.every((name) => excluded.includes(normaliseName(name)));
  const entities = new Map(
    detail.where.flatMap(({ entity, entityName }) => (entity ? [[entity, entityName]] : [])),
  );
  const labelled = (kind: string) => view.labels.filter((label) => label.kind === kind);
  return {
    id: key,
    cves: names.filter((name) => name.startsWith('CVE-')).sort(),
    title: detail.title,
    severity: view.severity,
    score: view.score,
    assessment: view.assessment,
    technology: labelled('technology')[0]?.id,
    packageName: packageOf(detail.component),
    components: [...new Set(detail.where.flatMap(({ path }) => path ?? []))],
    firstSeenAt: detail.episodes[0]?.openedAt ?? detail.openedAt,
    updatedAt,
    entities: [...entities].map(([id, name]) => ({ id, name })),
    zones: labelled('zone').map(({ id, name }) => ({ id, name })),
    setAside: [
      ...(view.setAside.some(({ kind }) => kind === 'vendor-mute') ? ['muted'] : []),
      ...(isExcluded ? ['excluded'] : []),
    ],
    findings: findings.map(({ id }) => id),
  };
}

/** As the ecosystem writes it: `pkg:maven/org.yaml/snakeyaml` is org.yaml:snakeyaml. */
function packageOf(purl: string | undefined): string | undefined {
  const [, type, path] = /^pkg:([^/]+)\/([^?#]+)/.exec(purl ?? '') ?? [];
  if (path === undefined) return undefined;
  const parts = path.split('/').map(decoded);
  return parts.join(type === 'maven' ? ':' : '/');
}

/** Percent-encoded bytes as the text they are; what is no text becomes the mark for that. */
function decoded(part: string): string {
  return part.replace(/(%[0-9a-f]{2})+/gi, (run) =>
    new TextDecoder().decode(Uint8Array.from(run.slice(1).split('%'), (code) => Number.parseInt(code, 16))),
  );
}
