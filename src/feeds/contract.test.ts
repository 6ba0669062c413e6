/** What every feed promises, over its fixtures. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DecisionTable } from '../domain/decision-table.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { IntelligenceFact } from '../domain/intelligence.ts';
import type { FeedBatch, FeedFacts, FeedFile } from './feed.ts';
import { FEEDS, feedOf } from './registry.ts';

const RECEIVED = Date.UTC(2026, 2, 20);

function fileOf(bytes: Uint8Array, chunkBytes = 1000): FeedFile {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  return {
    documents: async function* () {
      yield { name: '', bytes: chunks() };
    },
    receivedAt: RECEIVED,
  };
}

interface Read extends FeedBatch {
  readonly about: FeedFacts;
}

async function read(feed: (typeof FEEDS)[number], file: FeedFile): Promise<Read> {
  const batches = feed.read(file);
  const all: FeedBatch[] = [];
  for (;;) {
    const next = await batches.next();
    if (next.done) {
      return {
        about: next.value,
        facts: all.flatMap(({ facts }) => facts),
        advisories: all.flatMap(({ advisories }) => advisories),
        tables: all.flatMap(({ tables = [] }) => tables),
        rejected: all.flatMap(({ rejected }) => rejected),
      };
    }
    all.push(next.value);
  }
}

function fixturesOf(kind: string) {
  const folder = new URL(`${kind}/fixtures/`, import.meta.url);
  return readdirSync(folder).map((name) => ({ name, bytes: readFileSync(new URL(name, folder)) }));
}

for (const feed of FEEDS) {
  describe(`the feed ${feed.kind}`, () => {
    const fixtures = fixturesOf(feed.kind);

    it('knows its own files and no others, by their content alone', () => {
      for (const other of FEEDS)
        for (const { name, bytes } of fixturesOf(other.kind))
          assert.equal(feed.detect({ text: bytes.toString() }), other === feed, `${other.kind}/${name}`);
      for (const text of [
        '',
        '{}',
        '[]',
        'null',
        'cve',
        '<a/>',
        '{"results":[{"id":"x","modified":"y","affected":[]}]}',
      ])
        assert.equal(feed.detect({ text }), false, text);
    });

    it('says something about every fixture, and what it says is what the store takes', async () => {
      for (const { name, bytes } of fixtures) {
        const { facts, advisories, tables = [], about } = await read(feed, fileOf(bytes));
        assert.ok(facts.length + advisories.length + tables.length > 0, name);
        assert.ok(Number.isInteger(about.publishedAt), name);
        for (const fact of facts) assert.deepEqual(IntelligenceFact.parse(fact), fact);
        for (const table of tables) assert.deepEqual(DecisionTable.parse(table), table);
      }
    });

    if (feed.isOneWhole)
      it('refuses the whole with an entry that is broken or lacks, and says what it is', async () => {
        for (const { bytes, name } of fixtures) {
          const whole = JSON.parse(bytes.toString());
          for (const mapping of [whole.mapping.slice(1), whole.mapping.with(0, {}), whole.mapping.with(0, 7)])
            await assert.rejects(
              read(feed, fileOf(Buffer.from(JSON.stringify({ ...whole, mapping })))),
              (error) =>
                isGatehouseError(error) && error.code === 'input-invalid' && /mapping/.test(error.message),
              name,
            );
          assert.deepEqual((await read(feed, fileOf(bytes))).rejected, []);
        }
      });
    else
      it('rejects a broken entry, says where it is and why, and reads the rest', async () => {
        const broken = (await Promise.all(fixtures.map(({ bytes }) => read(feed, fileOf(bytes))))).flatMap(
          ({ rejected }) => rejected,
        );
        assert.ok(broken.length > 0);
        for (const { at, reason } of broken) assert.ok(at !== '' && reason !== '');
      });

    it('gives the same whatever the chunks', async () => {
      for (const { name, bytes } of fixtures) {
        const whole = await read(feed, fileOf(bytes));
        for (const chunkBytes of [1, 7])
          assert.deepEqual(await read(feed, fileOf(bytes, chunkBytes)), whole, name);
      }
    });

    it('refuses what is not its own, also when told that it is', async () => {
      const strangers = FEEDS.filter((other) => other !== feed).flatMap(({ kind }) => fixturesOf(kind));
      for (const bytes of [
        ...strangers.map((one) => one.bytes),
        Buffer.from(''),
        Buffer.from('{}'),
        Buffer.from('7'),
      ])
        await assert.rejects(
          read(feed, fileOf(bytes)),
          (error) => isGatehouseError(error) && error.code === 'input-invalid',
          bytes.toString().slice(0, 60),
        );
    });
  });
}

describe('the registry of feeds', () => {
  it('has every folder of a feed, each once', () => {
    const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true });
    assert.deepEqual(
      FEEDS.map(({ kind }) => kind).sort(),
      folders.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort(),
    );
  });

  it('finds no feed in what is none', () => {
    assert.equal(feedOf({ text: '{"a":1}' }), undefined);
  });
});
