import { asObject, type JsonObject, objectOf, textOf, textsOf, timeOf } from '../loose-values.ts';
import type { SbomSubject } from '../sbom-subject.ts';
import { SecurityGraph } from './security-graph.ts';
import type { SpdxEvent } from './spdx-events.ts';
import {
  describedBy,
  identifierOf,
  isAdvisory,
  securityReferencesOf,
  subjectOfPackage,
} from './version-2.ts';
import * as version3 from './version-3.ts';

const TOOL = 'SPDX';

/** What must be known of the whole document before its first entry is read. */
export class Survey {
  packages = 0;
  securityReferences = 0;
  /** Advisories of version 2, vulnerabilities of version 3. */
  entries = 0;
  mayBeCutOff = false;
  readonly graph = new SecurityGraph();
  #envelope: JsonObject = {};
  readonly #described = new Set<string>();
  /** Of version 3: what documents and SBOMs are about, who there is, and when it was made by what. */
  readonly #roots = new Map<string, readonly string[]>();
  readonly #names = new Map<string, string>();
  #creation: JsonObject | undefined;

  add(event: SpdxEvent): void {
    if (event.kind === 'envelope') {
      this.#envelope = event.value;
      this.mayBeCutOff = event.mayBeCutOff;
      for (const id of textsOf(event.value, 'documentDescribes')) this.#describe(id);
    } else if (event.kind === 'package') this.#addPackage(event.value);
    else if (event.kind === 'element') this.#addElement(event.value);
    else this.#describe(describedBy(event.value));
  }

  /** The one package that the document is about; undefined where it names none or several. */
  get subject(): string | undefined {
    const described = this.#roots.size > 0 ? this.#leaves() : this.#described;
    const [only] = described;
    return described.size === 1 ? only : undefined;
  }

  get createdAt(): number | undefined {
    return timeOf(this.#creation ?? objectOf(this.#envelope, 'creationInfo'), 'created');
  }

  get tool(): string {
    return this.#creator('createdUsing', 'Tool') ?? TOOL;
  }

  /** Who speaks, for what the document says about whether its vulnerabilities matter. */
  get issuer(): string {
    const named = this.#creator('createdBy', 'Organization') ?? this.#creator('createdBy', 'Person');
    return named ?? this.tool;
  }

  #addPackage(value: unknown): void {
    this.packages++;
    const references = securityReferencesOf(value);
    this.securityReferences += references.length;
    this.entries += references.filter(isAdvisory).length;
  }

  #addElement(value: unknown): void {
    const element = asObject(value);
    if (element === undefined) return;
    const type = version3.typeOf(element);
    const id = version3.identifierOf(element);
    const name = textOf(element, 'name');
    if (type === 'software_package') this.packages++;
    else if (type === 'security_vulnerability') this.entries++;
    else if (type === 'creationinfo') this.#creation ??= element;
    else if (NAMED.has(type) && id !== undefined && name !== undefined) this.#names.set(id, name);
    else if (COLLECTIONS.has(type) && id !== undefined)
      this.#roots.set(id, version3.idsOf(element, 'rootElement'));
    else this.graph.add(element);
  }

  #describe(id: string | undefined): void {
    if (id !== undefined) this.#described.add(id);
  }

  /** A document is about an SBOM that is about a package: what is at the end of it, from what nothing leads to. */
  #leaves(): ReadonlySet<string> {
    const within = new Set([...this.#roots.values()].flat());
    let reached = new Set([...this.#roots.keys()].filter((id) => !within.has(id)));
    for (let step = 0; step < MOST_STEPS; step++)
      reached = new Set([...reached].flatMap((id) => this.#roots.get(id) ?? [id]));
    return reached;
  }

  /** By what the elements of version 3 are called, or `Tool: name-1.2` of version 2. */
  #creator(member: string, role: string): string | undefined {
    for (const id of this.#creation === undefined ? [] : version3.idsOf(this.#creation, member)) {
      const name = this.#names.get(id);
      if (name !== undefined) return role === 'Tool' ? withoutVersion(name) : name;
    }
    for (const creator of textsOf(objectOf(this.#envelope, 'creationInfo'), 'creators')) {
      const [, is, name] = /^\s*(\w+):\s*(.*?)\s*(?:\(.*\)\s*)?$/.exec(creator) ?? [];
      if (is === role && name !== undefined && name !== '')
        return role === 'Tool' ? withoutVersion(name) : name;
    }
    return undefined;
  }
}

const MOST_STEPS = 4;

const NAMED: ReadonlySet<string> = new Set(['agent', 'organization', 'person', 'softwareagent', 'tool']);
const COLLECTIONS: ReadonlySet<string> = new Set(['bom', 'software_sbom', 'spdxdocument']);

function withoutVersion(tool: string): string {
  return tool.replace(/[-_/ ]v?\d[\w.+-]*$/, '');
}

/** What the document is about, of the element or package that it names. */
export function subjectIn(event: SpdxEvent, id: string): SbomSubject | undefined {
  if (event.kind === 'package')
    return identifierOf(event.value) === id ? subjectOfPackage(event.value) : undefined;
  if (event.kind !== 'element') return undefined;
  const element = asObject(event.value);
  if (element === undefined || version3.identifierOf(element) !== id) return undefined;
  return version3.subjectOfElement(element);
}
