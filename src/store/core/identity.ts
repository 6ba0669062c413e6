/**
 * From names to surrogate ids, creating what is new. One instance per transaction: a roll-back forgets the ids it
 * handed out together with the rows.
 */
import type { KeyedDefect, Subject } from '../../domain/keyed.ts';
import type { AssetRef, Label } from '../../domain/statement.ts';
import type { Db, Value } from '../db.ts';
import type { TableName } from '../schema.ts';
import { NOTHING_SAID, weightsOfNames } from './intelligence.ts';

export interface NameRow {
  readonly id: number;
  readonly vulnerability_id: number;
}

export class Identity {
  readonly #db: Db;
  readonly #assets = new Map<string, number>();
  readonly #subjects = new Map<string, number>();
  readonly #abouts = new Map<string, number>();
  readonly #labels = new Map<string, number>();
  readonly #names = new Map<string, NameRow>();
  readonly #newAssets = new Set<number>();
  #haveNamesMoved = false;

  constructor(db: Db) {
    this.#db = db;
  }

  async assets(refs: readonly AssetRef[]): Promise<readonly number[]> {
    return await this.#resolve(this.#assets, 'asset', ['kind', 'name'], refs, (ref) => [ref.kind, ref.name], {
      row: (id, ref) => {
        this.#newAssets.add(id);
        return [id, ref.kind, ref.name, 'active', null, 'normal'];
      },
    });
  }

  async subjects(subjects: readonly Subject[]): Promise<readonly number[]> {
    return await this.#resolve(
      this.#subjects,
      'subject',
      ['kind', 'key'],
      subjects,
      (one) => [one.kind, one.key],
      {
        row: (id, one) => [id, one.kind, one.key],
      },
    );
  }

  async abouts(
    abouts: readonly { readonly about: string; readonly aboutDigest: string }[],
  ): Promise<readonly number[]> {
    return await this.#resolve(this.#abouts, 'about', ['digest'], abouts, (one) => [one.aboutDigest], {
      row: (id, one) => [id, one.aboutDigest, one.about],
    });
  }

  async labels(labels: readonly Label[]): Promise<readonly number[]> {
    return await this.#resolve(this.#labels, 'label', ['kind', 'key'], labels, (one) => [one.kind, one.id], {
      row: (id, one) => [id, one.kind, one.id, one.name ?? null],
    });
  }

  /** Each name with its vulnerability; a new name is a vulnerability of its own until an alias says otherwise. */
  async names(defects: readonly KeyedDefect[]): Promise<ReadonlyMap<string, NameRow>> {
    const wanted = new Map<string, readonly [string, string]>();
    for (const { kind, names } of defects) {
      for (const name of names) {
        const key = nameKey(kind, name);
        if (!this.#names.has(key)) wanted.set(key, [kind, name]);
      }
    }
    const pairs = [...wanted.values()];
    const rows = await this.#db.find<NameRow>('name', ['kind', 'name'], ['id', 'vulnerability_id'], pairs);
    const missing: (readonly [string, string])[] = [];
    pairs.forEach(([kind, name], index) => {
      const row = rows[index];
      if (row === undefined) missing.push([kind, name]);
      else this.#names.set(nameKey(kind, name), row);
    });
    await this.#createNames(missing);
    return this.#names;
  }

  async #createNames(missing: readonly (readonly [string, string])[]): Promise<void> {
    if (missing.length === 0) return;
    const firstName = await this.#db.allocate('name', missing.length);
    const firstVulnerability = await this.#db.allocate('vulnerability', missing.length);
    const weights = await weightsOfNames(
      this.#db,
      missing.flatMap(([kind, name]) => (kind === 'vulnerability' ? [name] : [])),
    );
    await this.#db.insert(
      'vulnerability',
      missing.map(([kind, name], index) => {
        const { epss, kev } = (kind === 'vulnerability' ? weights.get(name) : undefined) ?? NOTHING_SAID;
        return [firstVulnerability + index, kind, name, epss, kev, null];
      }),
    );
    await this.#db.insert(
      'name',
      missing.map(([kind, name], index) => [firstName + index, kind, name, firstVulnerability + index]),
    );
    missing.forEach(([kind, name], index) => {
      this.#names.set(nameKey(kind, name), {
        id: firstName + index,
        vulnerability_id: firstVulnerability + index,
      });
    });
  }

  /** Made here: nothing in the store can be on it that was not put there since. */
  isNewAsset(id: number): boolean {
    return this.#newAssets.has(id);
  }

  get haveNamesMoved(): boolean {
    return this.#haveNamesMoved;
  }

  /** After names moved to other vulnerabilities. */
  forgetNames(): void {
    this.#haveNamesMoved = true;
    this.#names.clear();
  }

  async #resolve<T>(
    cache: Map<string, number>,
    table: TableName,
    by: readonly string[],
    wanted: readonly T[],
    keyOf: (one: T) => readonly Value[],
    create: { row: (id: number, one: T) => readonly Value[] },
  ): Promise<readonly number[]> {
    let last: { readonly one: T; readonly text: string } | undefined;
    const texts = wanted.map((one) => {
      // Entries of one asset share the object that names it.
      if (last?.one !== one) last = { one, text: keyOf(one).join('\u0000') };
      return last.text;
    });
    const missing = new Map<string, T>();
    wanted.forEach((one, index) => {
      const text = texts[index] ?? '';
      if (!cache.has(text)) missing.set(text, one);
    });
    if (missing.size > 0) {
      const entries = [...missing.entries()];
      const rows = await this.#db.find<{ id: number }>(
        table,
        by,
        ['id'],
        entries.map(([, one]) => keyOf(one)),
      );
      const absent = entries.filter(([text], index) => {
        const row = rows[index];
        if (row !== undefined) cache.set(text, row.id);
        return row === undefined;
      });
      if (absent.length > 0) {
        const first = await this.#db.allocate(table, absent.length);
        await this.#db.insert(
          table,
          absent.map(([, one], index) => create.row(first + index, one)),
        );
        absent.forEach(([text], index) => {
          cache.set(text, first + index);
        });
      }
    }
    return texts.map((text) => cache.get(text) ?? 0);
  }
}

export function nameKey(kind: string, name: string): string {
  return `${kind}\u0000${name}`;
}
