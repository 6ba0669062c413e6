import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { HttpSettings, toTuning } from './settings.ts';

test('the defaults are those of the reference', () => {
  const tuning = toTuning(HttpSettings.parse({}));

  assert.deepEqual(tuning.timeouts, { attemptMs: 30_000, totalMs: 120_000, connectMs: 10_000 });
  assert.deepEqual(tuning.retries, { attempts: 4, baseMs: 1000 });
  assert.deepEqual(tuning.connections, { total: 100, perHost: 30 });
  assert.deepEqual(tuning.breaker, { enabled: true, failures: 5, openMs: 60_000 });
  assert.equal(tuning.dnsTtlMs, 300_000);
  assert.equal(tuning.allowPrivate, false);
});

test('a misspelt setting is refused', () => {
  assert.equal(HttpSettings.safeParse({ timeoutSecond: 3 }).success, false);
  assert.equal(HttpSettings.safeParse({ circuitBreaker: { fail: 3 } }).success, false);
  assert.equal(HttpSettings.safeParse({ timeoutSeconds: 0 }).success, false);
});

test('the table of equivalents names settings that exist', async () => {
  const source = await readFile(new URL('./settings.ts', import.meta.url), 'utf8');
  const named = [...source.matchAll(/^ \* \|[^|]*\|[^|]*\| `([\w.]+)` *\|/gm)].map((match) => match[1]!);
  const settings = HttpSettings.parse({});

  assert.equal(named.length, 10);
  for (const path of named) {
    const value = path.split('.').reduce<unknown>((at, key) => Reflect.get(Object(at), key), settings);
    assert.notEqual(value, undefined, path);
  }
});
