import { GatehouseError } from '../../domain/errors.ts';
import { type JsonItem, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, isPrototypeName } from '../loose-values.ts';
import { type AuditedPackage, dependencyOf, TOOL, vulnerabilityOf } from './records.ts';

const FIXES = 'fixes[*]';
const ITEMS = ['dependencies[*]', '[*]', FIXES];
const OWN_MEMBERS: ReadonlySet<string> = new Set(['dependencies', 'fixes']);

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What `pip-audit --format json` writes: the object of today, and the list before 2.5. */
export const pipAudit: Format = { kind: 'pip-audit', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root === 'array') {
    return members.has('name') && (members.has('vulns') || members.has('skip_reason'));
  }
  if (root !== 'object' || !members.has('dependencies') || !/"dependencies"\s*:\s*\[/.test(text))
    return false;
  return (
    /"(?:vulns|skip_reason)"\s*:/.test(text) || [...members.keys()].every((name) => OWN_MEMBERS.has(name))
  );
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const extra = { dependencies: 0, skipped: 0 };
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document') assertAudit(event.value, extra.dependencies);
    if (event.kind !== 'item' || event.pattern === FIXES) continue;
    const dependency = dependencyOf(event.value);
    if (typeof dependency === 'string') batch.reject(event.path, dependency);
    else {
      extra.dependencies++;
      if (dependency.isSkipped) extra.skipped++;
      addVulnerabilities(event, dependency, batch);
    }
    yield* batch.full(PART);
  }
  if (batch.isNothingReadable) throw refused('nothing in its list is a dependency');
  yield batch.take(PART);
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: undefined,
        classes: ['vulnerability'],
        inventory: false,
        complete: true,
        reasons: [],
        extra,
      },
    ],
  };
}

function addVulnerabilities({ path }: JsonItem, dependency: AuditedPackage, batch: EntryBatch): void {
  batch.isReadable();
  for (const [index, vulnerability] of dependency.vulnerabilities.entries()) {
    batch.add([...path, 'vulns', index], vulnerabilityOf(vulnerability, dependency));
  }
}

/** The envelope must be pip-audit's, or "nothing found" would be said of any file. */
function assertAudit(value: unknown, dependencies: number): void {
  if (Array.isArray(value)) return;
  const document = asObject(value);
  if (document === undefined || !Array.isArray(document.dependencies)) {
    throw refused('it has no list of dependencies');
  }
  const foreign = Object.keys(document).find((name) => !OWN_MEMBERS.has(name) && !isPrototypeName(name));
  if (dependencies === 0 && foreign !== undefined) {
    throw refused("its list of dependencies is empty, and what stands beside it is not pip-audit's");
  }
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no audit of pip-audit: ${reason}`);
}
