import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { expectedScans, type SampleEnvironment, startSampleEstate } from './estate.ts';

const Trivy = z.object({
  SchemaVersion: z.literal(2),
  CreatedAt: z.string(),
  Results: z.array(
    z.object({ Vulnerabilities: z.array(z.object({ VulnerabilityID: z.string(), Severity: z.string() })) }),
  ),
});
const Sarif = z.object({
  version: z.literal('2.1.0'),
  runs: z.array(
    z.object({
      tool: z.object({
        driver: z.object({
          rules: z.array(
            z.object({ id: z.string(), properties: z.object({ 'security-severity': z.string() }) }),
          ),
        }),
      }),
      invocations: z.array(z.object({ endTimeUtc: z.string() })),
      results: z.array(z.object({ ruleId: z.string(), ruleIndex: z.int() })),
    }),
  ),
});
const List = z.object({
  totalCount: z.int(),
  securityProblems: z.array(z.object({ cveIds: z.array(z.string()) })),
});

const at = Date.UTC(2027, 0, 5, 12);

async function start(t: TestContext) {
  const sample = await startSampleEstate({ at, latency: {} });
  t.after(() => sample.close());
  return sample;
}

async function openUnmuted({ url, token }: SampleEnvironment) {
  const selector = encodeURIComponent('status("OPEN"),muted("FALSE")');
  const response = await fetch(
    `${url}/api/v2/securityProblems?pageSize=500&securityProblemSelector=${selector}`,
    {
      headers: { authorization: `Api-Token ${token}` },
    },
  );
  return List.parse(await response.json());
}

test('both environments answer, and show the differences that are expected', async (t) => {
  const { certification, production, expected } = await start(t);

  const [ours, theirs] = [await openUnmuted(certification), await openUnmuted(production)];

  assert.equal(ours.totalCount, expected.certification.counted);
  assert.equal(theirs.totalCount, expected.production.counted);
  const running = new Set(theirs.securityProblems.flatMap(({ cveIds }) => cveIds));
  const fresh = new Set(
    ours.securityProblems.flatMap(({ cveIds }) => cveIds).filter((cve) => !running.has(cve)),
  );
  const told = [...expected.new, ...expected.mutedInProduction, ...expected.reopened].flatMap(
    ({ cves }) => cves,
  );
  assert.deepEqual(fresh, new Set(told));
  assert.equal(expected.new.length, 3);
  assert.equal(expected.severityRegressions.length, 2);
  assert.equal(expected.functionRegressions.length, 2);
  assert.equal(expected.fixed.length, 5);
  for (const { byLevel, muted } of [expected.certification, expected.production]) {
    assert.ok(byLevel.CRITICAL > 0 && byLevel.HIGH > 0, 'what blocks a release at HIGH');
    assert.ok(muted >= 3);
  }
});

test('the scans state what is written down about them, and are an hour old', async (t) => {
  const { scans } = await start(t);
  const [trivyPath, sarifPath] = scans;
  const trivy = Trivy.parse(JSON.parse(readFileSync(trivyPath!, 'utf8')));
  const sarif = Sarif.parse(JSON.parse(readFileSync(sarifPath!, 'utf8')));

  assert.deepEqual(
    scans.map((path) => basename(path)),
    Object.keys(expectedScans),
  );
  const severities = trivy.Results.flatMap(({ Vulnerabilities }) =>
    Vulnerabilities.map(({ Severity }) => Severity),
  );
  const counts = Object.entries(expectedScans['checkout-api.trivy.json']);
  for (const [severity, count] of counts)
    assert.equal(severities.filter((one) => one.toLowerCase() === severity).length, count);
  assert.equal(
    severities.length,
    counts.reduce((sum, [, count]) => sum + count, 0),
  );
  const { results, tool, invocations } = sarif.runs[0]!;
  for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId);
  assert.equal(results.length, 3);
  assert.equal(trivy.CreatedAt, '2027-01-05T11:00:00.000Z');
  assert.equal(invocations[0]!.endTimeUtc, '2027-01-05T11:00:00.000Z');
});

test('one vulnerability of the image also runs in both environments, so that sources can be merged', async (t) => {
  const { certification, production, scans } = await start(t);

  const trivy = readFileSync(scans[0]!, 'utf8');

  assert.match(trivy, /CVE-2021-44228/);
  for (const environment of [certification, production]) {
    const { securityProblems } = await openUnmuted(environment);
    assert.ok(securityProblems.some(({ cveIds }) => cveIds.includes('CVE-2021-44228')));
  }
});

test('closing leaves no file and no server behind', async () => {
  const sample = await startSampleEstate({ at, latency: {} });

  await sample.close();

  for (const path of sample.scans) assert.ok(!existsSync(path));
  await assert.rejects(openUnmuted(sample.certification));
});
