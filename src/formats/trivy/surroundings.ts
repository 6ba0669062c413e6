/**
 * Trivy writes what describes a result before its entries. A file that another program rewrote (sorted by name, say)
 * may not: then it is read once more beforehand, for the descriptions alone.
 */
import { GatehouseError } from '../../domain/errors.ts';
import { type JsonItem, type JsonPath, showPath, streamJson } from '../../platform/json-stream.ts';
import type { ScanFile } from '../format.ts';
import { asObject, type JsonObject, textOf } from '../loose-values.ts';

export class FileSurroundings {
  readonly root: unknown;
  readonly #described: ReadonlyMap<string, JsonObject>;

  constructor(root: unknown, described: ReadonlyMap<string, JsonObject>) {
    this.root = root;
    this.#described = described;
  }

  /** In place of what encloses the item so far: the whole of it. */
  enclosing(item: JsonItem): readonly unknown[] {
    return item.enclosing.map((container, depth) =>
      depth === 0 ? this.root : (this.#described.get(showPath(item.path.slice(0, depth))) ?? container),
    );
  }
}

/** Whether everything that an entry needs to know stood before it. */
export function isDescribedBefore(item: JsonItem): boolean {
  const result = asObject(item.enclosing.at(-2)) ?? {};
  if (!Object.hasOwn(result, 'Target')) return false;
  if (item.path.at(-2) === 'Vulnerabilities' && !Object.hasOwn(result, 'Type')) return false;
  const root = asObject(item.enclosing[0]);
  if (root === undefined) return true;
  if (item.path.length > 4) {
    return Object.hasOwn(root, 'ClusterName') && Object.hasOwn(asObject(item.enclosing[2]) ?? {}, 'Name');
  }
  const type = textOf(root, 'ArtifactType');
  if (!Object.hasOwn(root, 'ArtifactName') || type === undefined) return false;
  return type !== 'container_image' || Object.hasOwn(root, 'Metadata');
}

const MOST_DESCRIBED = 1_000_000;
const DESCRIBING = ['Target', 'Class', 'Type', 'Namespace', 'Kind', 'Name'];

export async function readSurroundings(file: ScanFile, items: readonly string[]): Promise<FileSurroundings> {
  const described = new Map<string, JsonObject>();
  let root: unknown;
  for await (const event of streamJson(file.open(), { items })) {
    if (event.kind === 'document') root = event.value;
    else if (event.kind === 'end') remember(described, event.path, asObject(event.value));
  }
  return new FileSurroundings(root, described);
}

function remember(described: Map<string, JsonObject>, path: JsonPath, value: JsonObject | undefined): void {
  if (value === undefined) return;
  if (described.size >= MOST_DESCRIBED) {
    throw new GatehouseError('input-invalid', `the report has more than ${MOST_DESCRIBED} results`);
  }
  // The rest of it, which may be large, is not needed.
  const kept = DESCRIBING.filter((name) => Object.hasOwn(value, name)).map((name) => [name, value[name]]);
  described.set(showPath(path), Object.fromEntries(kept));
}
