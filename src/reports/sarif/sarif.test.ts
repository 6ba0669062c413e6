import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import schema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Log, Result, Run } from 'sarif';
import { aFinding } from '../../../test/support/builders.ts';
import type { Finding, FindingId } from '../../domain/finding.ts';
import type { Verdict } from '../../domain/verdict.ts';
import {
  aFullVerdict,
  aHostileVerdict,
  aNoGo,
  anUndecided,
  aSetAside,
  aVerdict,
  manyFindings,
  written,
} from '../fixtures/verdicts.ts';
import { sarifReport } from './index.ts';

const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
/** The schema of OASIS. It is written in draft 4, and uses nothing that draft 7 reads in another way but its `id`. */
const { id: _, $schema: __, ...rules } = schema;
const isValid = ajv.compile<Log>(rules);

function runOf(verdict: Verdict): Run {
  const log: unknown = JSON.parse(written(sarifReport, verdict));
  assert.ok(isValid(log), JSON.stringify(isValid.errors?.slice(0, 5)));
  return log.runs[0] ?? assert.fail('no run');
}

function resultsOf(verdict: Verdict): readonly Result[] {
  return runOf(verdict).results ?? [];
}

const nameOf = ({ ruleId }: Result) => ruleId;

describe('the SARIF report', () => {
  for (const [name, verdict] of Object.entries({
    GO: aVerdict(),
    'NO-GO': aNoGo([aFinding()]),
    UNDECIDED: anUndecided(),
    'a verdict with everything in it': aFullVerdict(),
    'a verdict nobody means well with': aHostileVerdict(),
  })) {
    it(`of ${name} is valid by the schema, and names only rules that are there`, () => {
      const { results = [], tool } = runOf(verdict);

      for (const { ruleId, ruleIndex = -1, locations = [] } of results) {
        assert.equal(tool.driver.rules?.[ruleIndex]?.id, ruleId);
        const uri = locations[0]?.physicalLocation?.artifactLocation?.uri ?? '';
        assert.doesNotMatch(uri, /^$|^\/|^[a-z]+:|(^|\/)\.\.?(\/|$)|\\/i);
      }
    });
  }

  it('has the rules of the policy, and as level what each does', () => {
    const { rules = [] } = runOf(aFullVerdict()).tool.driver;

    assert.deepEqual(
      rules.slice(0, 2).map(({ id, defaultConfiguration }) => [id, defaultConfiguration?.level]),
      [
        ['gatehouse/severity', 'error'],
        ['gatehouse/unknown-severity', 'error'],
      ],
    );
  });

  it('has a result per finding, worst first, with the level of what it does', () => {
    assert.deepEqual(
      resultsOf(aFullVerdict()).map(({ ruleId, level }) => [ruleId, level]),
      [
        ['gatehouse/evidence', 'error'],
        ['CVE-2021-44228', 'error'],
        ['CVE-2020-8203', 'error'],
        ['semgrep:sql', 'error'],
        ['CVE-2018-3721', 'warning'],
        ['CVE-2019-1010', 'note'],
      ],
    );
  });

  it('lies in the file of a finding in code, and in the asset for a component', () => {
    const [, log4j, , sql] = resultsOf(aFullVerdict());
    const [inAsset] = log4j?.locations ?? [];
    const [inFile] = sql?.locations ?? [];

    assert.equal(inFile?.physicalLocation?.artifactLocation?.uri, 'src/db.ts');
    assert.equal(inAsset?.physicalLocation?.artifactLocation?.uri, 'registry/shop');
    assert.deepEqual(inAsset?.logicalLocations?.[0], {
      fullyQualifiedName: 'pkg:maven/org.apache.logging.log4j/log4j-core',
      kind: 'package',
    });
  });

  it('gives code scanning a severity in the range of ours, and the path to GO as help', () => {
    const { rules = [] } = runOf(aFullVerdict()).tool.driver;
    const of = (name: string) => rules.find(({ id }) => id === name);
    const unlike = aNoGo([aFinding({ severity: 'critical', score: 5 })]);

    assert.equal(of('CVE-2021-44228')?.properties?.['security-severity'], '10.0');
    assert.match(of('CVE-2021-44228')?.help?.text ?? '', /upgrade to 2\.17\.1/);
    assert.equal(runOf(unlike).tool.driver.rules?.at(-1)?.properties?.['security-severity'], '9.5');
  });

  it('calls a finding the same from run to run, whatever its number in the store and what else is found', () => {
    const finding = aFinding({ vulnerability: 'CVE-2024-0001' });
    const marks = (findings: readonly Finding[]) =>
      resultsOf(aNoGo(findings)).find((one) => nameOf(one) === 'CVE-2024-0001')?.partialFingerprints;

    const again = { ...finding, id: (finding.id + 1) as FindingId, severity: 'low' } as const;
    const other = aFinding({ vulnerability: 'CVE-2024-0002', severity: 'critical' });

    assert.ok(marks([finding])?.primaryLocationLineHash);
    assert.deepEqual(marks([other, again]), marks([finding]));
  });

  it('tells findings apart that agree in all that is known of them', () => {
    const results = resultsOf(aNoGo([aFinding({ rule: 'x:y' }), aFinding({ rule: 'x:y' })]));

    assert.equal(new Set(results.map((one) => one.partialFingerprints?.primaryLocationLineHash)).size, 2);
  });

  for (const [kind, expected] of [
    ['waiver', 'external'],
    ['vendor-mute', 'external'],
    ['vex', 'external'],
    ['suppression', 'inSource'],
  ] as const) {
    it(`shows a ${kind} as ${expected}: accepted where it was honoured, rejected where not`, () => {
      const statusOf = (honoured: boolean) =>
        resultsOf(aVerdict({ setAside: [aSetAside(aFinding(), { kind, honoured })] }))[0]?.suppressions?.map(
          (one) => [one.kind, one.status],
        );

      assert.deepEqual(statusOf(true), [[expected, 'accepted']]);
      assert.deepEqual(statusOf(false), [[expected, 'rejected']]);
    });
  }

  it('says who set it aside, until when and why', () => {
    const [result] = resultsOf(aVerdict({ setAside: [aSetAside(aFinding())] }));

    assert.equal(
      result?.suppressions?.[0]?.justification,
      'waiver by ann@example.com until 2026-01-16 00:00 UTC: edge only',
    );
  });

  it('does not let a word that was not honoured undo one that was', () => {
    const finding = aFinding();
    const setAside = [aSetAside(finding), aSetAside(finding, { kind: 'suppression', honoured: false })];

    const [result] = resultsOf(aVerdict({ setAside }));

    assert.deepEqual(
      result?.suppressions?.map(({ status }) => status),
      ['accepted'],
    );
    assert.equal(result?.properties?.setAside.length, 2);
  });

  it('never looks clean when the verdict is open', () => {
    assert.deepEqual(
      resultsOf(anUndecided()).map(({ level, message }) => [level, message.text]),
      [['error', 'trivy has not spoken']],
    );
  });

  it('notes evidence that is not complete', () => {
    const [invocation] = runOf(aFullVerdict()).invocations ?? [];

    const noted = invocation?.toolExecutionNotifications?.filter(({ level }) => level === 'warning');
    assert.match(noted?.[0]?.message.text ?? '', /vanta is stale.*2 unreadable: older than 24 h/);
    assert.equal(invocation?.executionSuccessful, true);
  });

  it('leaves out what code scanning does not show, and says how much', () => {
    const { results, invocations } = runOf(
      aNoGo([...manyFindings(5001), aFinding({ severity: 'critical' })]),
    );

    assert.equal(results?.length, 5000);
    assert.equal(results?.[0]?.ruleId, 'CVE-2024-0001');
    assert.match(invocations?.[0]?.toolExecutionNotifications?.at(-1)?.message.text ?? '', /^2 more/);
  });

  it('stays below what code scanning takes, however long the texts', () => {
    const findings = manyFindings(2400).map((finding) => ({
      ...finding,
      title: '語'.repeat(2000),
      component: `pkg:npm/${'語'.repeat(2000)}`,
      fixVersions: Array.from({ length: 10 }, () => '9'.repeat(500)),
    }));

    const text = written(sarifReport, aNoGo(findings));

    assert.ok(Buffer.byteLength(text) <= 25_000_000);
    assert.match(text, /more findings are left out here/);
  });
});
