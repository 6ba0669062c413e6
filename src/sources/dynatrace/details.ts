/**
 * The second call: where exactly a problem sits. It brings ids without names; `entities.ts` finds those. Nothing in
 * here decides which findings exist or whether they are open.
 */
import * as z from 'zod';
import type { Label, ObservationDetail, Occurrence } from '../../domain/statement.ts';
import { named, ProblemId, shownText } from './records.ts';

export const DETAIL_FIELDS = [
  'affectedEntities',
  'vulnerableComponents',
  'relatedEntities',
  'relatedContainerImages',
  'description',
  'remediationDescription',
];

const ids = z.array(z.string()).nullish();
const Related = z.array(z.object({ id: z.string(), affectedEntities: ids })).nullish();
const Images = z.object({
  containerImages: z
    .array(z.object({ imageId: shownText, imageName: shownText, affectedEntities: ids }))
    .nullish(),
});

/** Strict: an entity that cannot be read would take the problem out of that entity's scope without a word. */
export const ProblemDetail = z.object({
  securityProblemId: ProblemId,
  packageName: shownText,
  affectedEntities: ids,
  vulnerableComponents: z
    .array(
      z.object({ displayName: shownText, shortName: shownText, fileName: shownText, affectedEntities: ids }),
    )
    .nullish(),
  relatedEntities: z
    .object({ hosts: Related, kubernetesClusters: Related, kubernetesWorkloads: Related })
    .nullish(),
  // The vendor's own specification shows the object, and elsewhere a list with the object in it.
  relatedContainerImages: z.union([Images, z.array(Images)]).nullish(),
  description: shownText,
  remediationDescription: shownText,
});
export type ProblemDetail = z.infer<typeof ProblemDetail>;

/** What an entity is called and belongs to; `undefined` where the vendor no longer knows it. */
export interface EntityFacts {
  readonly name: string;
  readonly tags: readonly string[];
  readonly processGroupId?: string | undefined;
}
export type KnownEntities = (id: string) => EntityFacts | undefined;

export function toDetail(detail: ProblemDetail, known: KnownEntities): Omit<ObservationDetail, 'revision'> {
  return {
    kind: 'detail',
    key: detail.securityProblemId,
    occurrences: occurrencesOf(detail, known),
    labels: labelsOf(detail, known),
    about: { description: detail.description ?? undefined },
    ...(detail.remediationDescription ? { fix: { versions: [], text: detail.remediationDescription } } : {}),
  };
}

/** Every entity that a detail names: those whose names, tags and groups are worth asking for. */
export function entitiesOf(detail: ProblemDetail): Set<string> {
  const { hosts, kubernetesClusters, kubernetesWorkloads } = detail.relatedEntities ?? {};
  const related = [hosts, kubernetesClusters, kubernetesWorkloads].flatMap((list) => list ?? []);
  return new Set([
    ...(detail.affectedEntities ?? []),
    ...(detail.vulnerableComponents ?? []).flatMap(({ affectedEntities }) => affectedEntities ?? []),
    ...related.flatMap(({ id, affectedEntities }) => [id, ...(affectedEntities ?? [])]),
  ]);
}

/**
 * One per component and process (or node) it runs in. A host has one of its own only when no process of it is named:
 * counting both would count the same place twice.
 */
function occurrencesOf(detail: ProblemDetail, known: KnownEntities): Occurrence[] {
  const imageOf = imagesByEntity(detail);
  const occurrences: Occurrence[] = [];
  const placed = new Set<string>();
  const place = (entity: string, facts: Occurrence) => {
    placed.add(entity);
    const entityName = known(entity)?.name;
    const imageVersion = imageOf.get(entity);
    occurrences.push({
      ...facts,
      ...(imageVersion === undefined ? {} : { imageVersion }),
      entity,
      ...(entityName === undefined ? {} : { entityName }),
    });
  };
  for (const component of detail.vulnerableComponents ?? []) {
    const facts = componentFacts(component, detail.packageName);
    const entities = new Set(component.affectedEntities ?? []);
    for (const entity of entities) place(entity, facts);
    if (entities.size === 0) occurrences.push(facts);
  }
  for (const entity of new Set(detail.affectedEntities ?? [])) if (!placed.has(entity)) place(entity, {});
  for (const host of detail.relatedEntities?.hosts ?? []) {
    const isShown = (host.affectedEntities ?? []).some((entity) => placed.has(entity));
    if (!isShown && !placed.has(host.id)) place(host.id, {});
  }
  const shownImages = new Set(occurrences.map(({ imageVersion }) => imageVersion));
  for (const image of imagesOf(detail)) {
    const imageVersion = image.imageName || image.imageId;
    if (imageVersion && !shownImages.has(imageVersion)) occurrences.push({ imageVersion });
  }
  return occurrences;
}

function imagesOf(detail: ProblemDetail) {
  const related = detail.relatedContainerImages ?? [];
  return (Array.isArray(related) ? related : [related]).flatMap(
    ({ containerImages }) => containerImages ?? [],
  );
}

function imagesByEntity(detail: ProblemDetail): ReadonlyMap<string, string> {
  return new Map(
    imagesOf(detail).flatMap(({ imageId, imageName, affectedEntities }) => {
      const image = imageName || imageId;
      return image ? (affectedEntities ?? []).map((entity) => [entity, image] as const) : [];
    }),
  );
}

interface VulnerableComponent {
  readonly displayName?: string | null | undefined;
  readonly shortName?: string | null | undefined;
  readonly fileName?: string | null | undefined;
}

function componentFacts(component: VulnerableComponent, packageName: string | null | undefined): Occurrence {
  const version = versionOf(component, packageName);
  const path = component.fileName || component.displayName || undefined;
  return { ...(version === undefined ? {} : { version }), ...(path === undefined ? {} : { path }) };
}

/**
 * The version is in the component's name only: `org.yaml:snakeyaml:1.26`, `lodash@4.17.15`, `snakeyaml-1.26.jar`.
 * A text without a digit after the name is no version.
 */
function versionOf(
  component: VulnerableComponent,
  packageName: string | null | undefined,
): string | undefined {
  const artifact = packageName?.split(/[:/]/).at(-1);
  const names = [packageName, component.shortName, artifact].filter((name) => !!name);
  for (const full of [component.displayName, component.fileName]) {
    for (const name of names) {
      if (!full?.startsWith(`${name}`)) continue;
      const rest = full
        .slice(`${name}`.length)
        .replace(/\.(jar|war|ear|dll|whl|egg|gem|tgz|nupkg|dist-info)$/i, '');
      const version = /^[\s:@/_-]+(v?\d[\w.+~-]*)$/.exec(rest)?.[1];
      if (version !== undefined) return version;
    }
  }
  return undefined;
}

function labelsOf(detail: ProblemDetail, known: KnownEntities): Label[] {
  const labels = new Map<string, Label>();
  const add = (kind: Label['kind'], id: string, name: string | undefined) =>
    labels.set(`${kind} ${id}`, named(kind, id, name));
  const related = detail.relatedEntities;
  for (const { id } of related?.hosts ?? []) add('host', id, known(id)?.name);
  for (const { id } of related?.kubernetesClusters ?? []) add('cluster', id, known(id)?.name);
  for (const { id } of related?.kubernetesWorkloads ?? []) add('workload', id, known(id)?.name);
  for (const entity of entitiesOf(detail)) {
    const facts = known(entity);
    const group = entity.startsWith('PROCESS_GROUP-') ? entity : facts?.processGroupId;
    if (entity.startsWith('HOST-')) add('host', entity, facts?.name);
    if (group !== undefined) add('process-group', group, known(group)?.name);
    const tags = [...(facts?.tags ?? []), ...((group && known(group)?.tags) || [])];
    for (const tag of tags) add('tag', tag, undefined);
  }
  return [...labels.values()];
}
