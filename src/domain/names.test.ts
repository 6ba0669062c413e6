import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalName, normaliseName } from './names.ts';

test('CVE and GHSA ids are written as their issuers do, others as they come', () => {
  assert.equal(normaliseName(' cve-2024-1234 '), 'CVE-2024-1234');
  assert.equal(normaliseName('ghsa-ABCD-1234-wxyz'), 'GHSA-abcd-1234-wxyz');
  assert.equal(normaliseName('SNYK-JAVA-x-1'), 'SNYK-JAVA-x-1');
});

test('the shown name is the lowest CVE by year and number, not by text', () => {
  assert.equal(canonicalName(['CVE-2024-10000', 'CVE-2024-9999', 'GHSA-aaaa-bbbb-cccc']), 'CVE-2024-9999');
  assert.equal(canonicalName(['CVE-2024-0001', 'CVE-2019-99999']), 'CVE-2019-99999');
});

test('without a CVE it is a GHSA, else the first', () => {
  assert.equal(canonicalName(['AAA-1', 'GHSA-zzzz-bbbb-cccc', 'GHSA-aaaa-bbbb-cccc']), 'GHSA-aaaa-bbbb-cccc');
  assert.equal(canonicalName(['PYSEC-2', 'OSV-1']), 'OSV-1');
});
