/**
 * Names, tags and process groups of entities, asked for in batches: a selector takes 2,000 characters, and one type
 * at a time. An entity is asked for once in a run.
 */
import * as z from 'zod';
import { isGatehouseError } from '../../domain/errors.ts';
import type { EntityFacts, KnownEntities } from './details.ts';
import { type Environment, endsRun, sentenceOf } from './environment.ts';
import { shownText } from './records.ts';

const Entity = z.object({
  entityId: z.string(),
  displayName: z.string(),
  tags: z
    .array(
      z.object({ stringRepresentation: shownText, context: shownText, key: shownText, value: shownText }),
    )
    .nullish()
    .catch(undefined),
  fromRelationships: z
    .record(z.string(), z.array(z.object({ id: z.string() })))
    .nullish()
    .catch(undefined),
});
const EntityList = z.object({
  entities: z.array(Entity),
  nextPageKey: z.string().nullish(),
});

const ENTITY_ID = /^([A-Z][A-Z0-9_]*)-[0-9A-F]{16}$/;
const MAX_SELECTOR = 2000;

export interface EntityBook {
  readonly known: KnownEntities;
  /** Puts ids on the list; full batches are asked for at once, so that few are left at the end. */
  note(ids: Iterable<string>): void;
  /** Asks for what is left of these ids and of their process groups. Throws only what must end the run. */
  settle(ids: ReadonlySet<string>): Promise<void>;
  /** Whether asking for it, or for its process group, failed; an entity that the vendor does not know did not fail. */
  readonly isUnknown: (id: string) => boolean;
  /** The first failure, as a sentence. */
  readonly trouble: string | undefined;
}

export interface EntityBookOptions {
  readonly environment: Environment;
  /** How far back an entity may have been seen last: one outside of it is absent from the answer. */
  readonly from: string;
  readonly signal: AbortSignal;
}

export function createEntityBook({ environment, from, signal }: EntityBookOptions): EntityBook {
  const facts = new Map<string, EntityFacts>();
  const asked = new Map<string, Promise<void>>();
  const failed = new Set<string>();
  const batches = new Map<string, Batch>();
  let trouble: string | undefined;

  function note(ids: Iterable<string>): void {
    for (const id of ids) {
      const type = ENTITY_ID.exec(id)?.[1];
      if (type === undefined || asked.has(id)) continue;
      const batch = batches.get(type) ?? openBatch(type);
      batch.ids.push(id);
      asked.set(id, batch.answered);
      if (selectorOf([...batch.ids, id]).length > MAX_SELECTOR) send(type);
    }
  }

  function openBatch(type: string): Batch {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined); // whoever settles these ids hears of it
    const batch = { ids: [], answered: promise, resolve, reject };
    batches.set(type, batch);
    return batch;
  }

  function send(type: string): void {
    const batch = batches.get(type);
    if (batch === undefined) return;
    batches.delete(type);
    look(type, batch.ids).then(batch.resolve, batch.reject);
  }

  async function look(type: string, ids: readonly string[]): Promise<void> {
    const query = { entitySelector: selectorOf(ids), pageSize: '500', from, fields: fieldsFor(type) };
    try {
      for await (const entity of pages(query)) {
        facts.set(entity.entityId, factsOf(entity));
        note(groupsOf([entity.entityId]));
      }
    } catch (error) {
      // A token without the scope entities.read still reads every finding.
      const isRefused = isGatehouseError(error) && error.code === 'unauthenticated';
      if (!isRefused && endsRun(error, signal)) throw error;
      for (const id of ids) if (!facts.has(id)) failed.add(id);
      trouble ??= `names of ${type} entities could not be read: ${sentenceOf(error)}`;
    }
  }

  async function* pages(query: Readonly<Record<string, string>>): AsyncGenerator<z.infer<typeof Entity>> {
    let next: Readonly<Record<string, string>> | undefined = query;
    const keys = new Set<string>();
    while (next !== undefined) {
      const reply: { body: z.infer<typeof EntityList> } = await environment.get(
        ['entities'],
        next,
        EntityList,
        signal,
      );
      yield* reply.body.entities;
      const key = reply.body.nextPageKey || undefined;
      next = key === undefined || keys.has(key) ? undefined : { nextPageKey: key };
      if (key !== undefined) keys.add(key);
    }
  }

  function groupsOf(ids: Iterable<string>): string[] {
    return [...ids].flatMap((id) => facts.get(id)?.processGroupId ?? []);
  }

  async function answered(ids: Iterable<string>): Promise<void> {
    note(ids);
    for (const type of [...batches.keys()]) send(type);
    await Promise.all([...ids].map((id) => asked.get(id)));
  }

  return {
    known: (id) => facts.get(id),
    note,
    async settle(ids) {
      await answered(ids);
      await answered(groupsOf(ids));
    },
    isUnknown: (id) => [id, ...groupsOf([id])].some((one) => failed.has(one)),
    get trouble() {
      return trouble;
    },
  };
}

interface Batch {
  readonly ids: string[];
  readonly answered: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

function selectorOf(ids: readonly string[]): string {
  return `entityId(${ids.map((id) => `"${id}"`).join(',')})`;
}

/** A process knows its group by the relationship `isInstanceOf`; the problem itself names processes only. */
function fieldsFor(type: string): string {
  return type === 'PROCESS_GROUP_INSTANCE' ? '+tags,+fromRelationships' : '+tags';
}

function factsOf(entity: z.infer<typeof Entity>): EntityFacts {
  const groups = entity.fromRelationships?.isInstanceOf ?? [];
  const processGroupId = groups.find(({ id }) => id.startsWith('PROCESS_GROUP-'))?.id;
  const tags = (entity.tags ?? []).flatMap((tag) => {
    const written = tag.stringRepresentation || [tag.key, tag.value].filter(Boolean).join(':');
    return written === '' ? [] : [written];
  });
  return { name: entity.displayName, tags, ...(processGroupId === undefined ? {} : { processGroupId }) };
}
