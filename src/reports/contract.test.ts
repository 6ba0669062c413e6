/** What every report promises, whatever the verdict and whoever wrote what stands in it. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { aFinding, DAY_MS, NOW } from '../../test/support/builders.ts';
import type { Verdict } from '../domain/verdict.ts';
import { exitCodeOf } from '../policy/exit-code.ts';
import {
  aFullVerdict,
  aHostileVerdict,
  aNoGo,
  anUndecided,
  aVerdict,
  manyFindings,
  written,
} from './fixtures/verdicts.ts';
import { loadReport, REPORTS } from './registry.ts';
import { DEFAULT_REPORT_OPTIONS } from './report.ts';
import { isLetThrough } from './said.ts';

const override = { by: 'ann@example.com', reason: 'outage', at: NOW, until: NOW + DAY_MS };

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/u;

const VERDICTS: Readonly<Record<string, Verdict>> = {
  GO: aVerdict(),
  'NO-GO': aNoGo([aFinding()]),
  UNDECIDED: anUndecided(),
  'NO-GO that is not enforced': aNoGo([aFinding()], { enforced: false }),
  'NO-GO that is overridden': aNoGo([aFinding()], { override }),
  'verdict with everything in it': aFullVerdict(),
  'verdict with nothing in it': aVerdict({ release: '', scope: '', policy: '', evidence: [] }),
  'verdict nobody means well with': aHostileVerdict(),
};

for (const { kind, load } of REPORTS) {
  const report = await load();
  const render = (verdict: Verdict): string => written(report, verdict);

  describe(`the report ${kind}`, () => {
    it('is called as the registry calls it, and found by that', async () => {
      assert.equal(report.kind, kind);
      assert.equal(await loadReport(kind), report);
    });

    for (const [name, verdict] of Object.entries(VERDICTS)) {
      it(`of a ${name} is printable, ends in one line break, and is the same each time`, () => {
        const text = render(verdict);

        assert.match(text.slice(-3), /[^\n\r]\r?\n$/);
        assert.equal(UNPRINTABLE.exec(text.replace(/\r?\n/g, ''))?.[0].codePointAt(0), undefined);
        assert.ok(text.isWellFormed());
        assert.ok(text === render(structuredClone(verdict)));
      });
    }

    it('names the verdict and the release where there is something to say', () => {
      const text = render(anUndecided());

      assert.match(text, /UNDECIDED/);
      assert.match(text, /shop 2\.0/);
    });

    it('says aloud that it is not enforced, relaxed or overridden, also for GO', () => {
      for (const verdict of ['GO', 'NO-GO'] as const) {
        const text = render(aVerdict({ verdict, enforced: false, relaxed: ['partial-evidence'], override }));

        assert.match(text, /"enforced": false|NOT ENFORCED/);
        assert.match(text, /partial-evidence/);
        assert.match(text, /ann@example\.com/);
        assert.match(text, /outage/);
      }
    });

    it('has the findings, why they count, and what to do about each', () => {
      const text = render(aFullVerdict());

      for (const said of [/CVE-2021-44228/, /semgrep:sql/, /severity/, /vanta/, /2\.17\.1/, /correct/])
        assert.match(text, said);
    });

    it('writes 5,000 findings in less than a second of its own time', () => {
      const verdict = aNoGo(manyFindings(5000));

      const before = process.threadCpuUsage();
      const text = render(verdict);
      const { user, system } = process.threadCpuUsage(before);

      assert.ok(text.includes('CVE-2024-10000'));
      assert.ok((user + system) / 1e6 < 1, `${(user + system) / 1e6} s`);
    });
  });
}

/** GitLab shows a list of issues and nothing else. */
for (const { kind, load } of REPORTS.filter((one) => one.kind !== 'gl-code-quality')) {
  it(`the report ${kind} leaves out no part of a verdict`, async () => {
    const text = (await load()).render(aFullVerdict(), { ...DEFAULT_REPORT_OPTIONS, width: 10_000 });

    const parts = {
      subject: /5a5a5a5a/,
      scope: /checkout/,
      baseline: /shop 1\.9/,
      evidence: /older than 24 h/,
      'who set aside': /ann@example\.com/,
      'why it was set aside': /edge only/,
      'until when': /2026-01-16/,
      'not honoured': /of the judged scan/,
      changes: /CVE-2017-1000/,
      owner: /team-shop/,
      'why an upgrade is not enough': /no fix is known for 1/,
      'evidence to bring': /a run of vanta younger than 24 h/,
    };
    const missing = Object.entries(parts).filter(([, said]) => !said.test(text));
    assert.deepEqual(
      missing.map(([name]) => name),
      [],
    );
  });
}

describe('the registry of reports', () => {
  it('has every folder of a report, each once', async () => {
    const entries = await readdir(new URL('.', import.meta.url), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const others = ['fixtures', 'reference'];

    assert.deepEqual(
      REPORTS.map(({ kind }) => kind).sort(),
      folders.filter((name) => !others.includes(name)).sort(),
    );
  });

  it('has no report that does not exist', async () => {
    assert.equal(await loadReport('pdf'), undefined);
  });
});

describe('what reports take for a gate that opens against the verdict', () => {
  for (const [name, facts] of Object.entries({
    'is enforced': {},
    'is not enforced': { enforced: false },
    'is overridden': { override },
    'will be overridden': { override: { ...override, at: NOW + 1 } },
    'was overridden': { override: { ...override, until: NOW } },
  })) {
    it(`is what the gate does when it ${name}`, () => {
      const verdict = aNoGo([], facts);

      assert.equal(isLetThrough(verdict), exitCodeOf(verdict) === 0);
    });
  }
});
