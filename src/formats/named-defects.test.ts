import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedDefects } from './named-defects.ts';

const named = (id: string, ...others: string[]) =>
  namedDefects(id, others).map((defect) => [
    defect.id,
    ...(defect.kind === 'vulnerability' ? defect.aliases : []),
  ]);

test('one CVE beside an advisory is the same defect', () => {
  assert.deepEqual(named('GHSA-2222-3333-4444', 'CVE-2099-1001'), [['GHSA-2222-3333-4444', 'CVE-2099-1001']]);
  assert.deepEqual(named('PYSEC-2099-1', 'CVE-2099-1001', 'GHSA-2222-3333-4444'), [
    ['PYSEC-2099-1', 'CVE-2099-1001', 'GHSA-2222-3333-4444'],
  ]);
});

test('several CVEs beside an advisory are defects of their own', () => {
  assert.deepEqual(named('GHSA-2222-3333-4444', 'CVE-2099-1001', 'CVE-2099-1002'), [
    ['CVE-2099-1001'],
    ['CVE-2099-1002'],
  ]);
});

test('a CVE is never another CVE', () => {
  assert.deepEqual(named('CVE-2099-1001', 'CVE-2099-1002', 'GHSA-2222-3333-4444'), [
    ['CVE-2099-1001', 'GHSA-2222-3333-4444'],
  ]);
});

test("a distribution's notice is the CVEs it fixes, itself only where it names none, and an alias of nothing", () => {
  assert.deepEqual(named('RHSA-2099:1234', 'CVE-2099-1001'), [['CVE-2099-1001']]);
  assert.deepEqual(named('RHSA-2099:1234'), [['RHSA-2099:1234']]);
  assert.deepEqual(named('CVE-2099-1001', 'USN-1234-1'), [['CVE-2099-1001']]);
});
