/** Files that real scanners wrote, counted independently; they lie beside the repository, not in it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readScan, scanFileAt } from '../../test/support/scan-files.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { noSeverities, type Severity } from '../domain/severity.ts';
import { formats } from './registry.ts';
import { SCAN_HEAD_BYTES, scanHead } from './scan-head.ts';

const folder = new URL('../../../shared/data/reports/', import.meta.url);

interface RealFile {
  readonly file: string;
  readonly format: string;
  readonly expected: {
    readonly error?: string;
    readonly findings?: number;
    readonly distinct_ids?: number;
    readonly severities?: Record<Severity, number>;
    readonly extra?: Readonly<Record<string, unknown>>;
  };
}

/**
 * Where what the manifest calls distinct ids are fewer vulnerabilities: rules that Grype names by vulnerability and
 * package, records that OSV-Scanner groups as one, and places of a package that GitLab lists one by one;
 * or more: issues of Snyk that are several CVEs.
 */
const DISTINCT_VULNERABILITIES: ReadonlyMap<string, number> = new Map([
  ['sarif/vexctl__nginx-grype.sarif.json', 64],
  ['gitlab/gl-dependency-scanning-report-many-vuln_v15.json', 3],
  ['osv-scanner/many_findings.json', 36],
  ['osv-scanner/osv-scanner__test-vuln-results-a.json', 2],
  ['snyk/single_project_many_vulns.json', 44],
]);

/** What the manifest counts apart, and what we call it. */
const COUNTED_APART: ReadonlyMap<string, string> = new Map([
  ['suppressed', 'suppressed'],
  ['non_fail_results', 'notFail'],
  ['licenses', 'licences'],
  ['modified_findings', 'modifiedFindings'],
  ['results', 'results'],
  ['ignored_matches', 'ignoredMatches'],
  ['vulnerability_records', 'vulnerabilityRecords'],
  ['finding_paths', 'findingPaths'],
  ['ignored', 'ignored'],
  ['scanned_packages', 'scannedPackages'],
  ['dependencies', 'dependencies'],
  ['skipped', 'skipped'],
  ['errors', 'errors'],
  ['vulnerable_packages', 'vulnerablePackages'],
  ['components', 'components'],
  ['security_refs', 'securityReferences'],
  ['projects', 'projects'],
  ['fixable', 'fixable'],
  ['not_fixable', 'notFixable'],
  ['muted', 'muted'],
  ['status_OPEN', 'open'],
  ['status_RESOLVED', 'resolved'],
  ['distinct_issues', 'distinctIssues'],
  ['analysis_states.in_triage', 'inTriage'],
  ['analysis_states.not_affected', 'notAffected'],
]);

if (existsSync(folder)) describe('real files', checkRealFiles);
else {
  test('real files are beside the repository', (context) => {
    assert.notEqual(process.env.CI, 'true', `${folder.pathname} is missing`);
    context.diagnostic('left out: shared/data/reports is not beside the repository');
  });
}

function checkRealFiles(): void {
  const manifest: { files: RealFile[] } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8'));

  test('each is known by its own format and by no other', () => {
    for (const { file, format, expected } of manifest.files) {
      const head = scanHead('scan', readFileSync(new URL(file, folder)).subarray(0, SCAN_HEAD_BYTES));
      const kinds = formats.filter((candidate) => candidate.detect(head)).map((candidate) => candidate.kind);

      const isOurs =
        formats.some((candidate) => candidate.kind === format) && !isUnreadable(head.text, expected.error);
      assert.deepEqual(kinds, isOurs ? [format] : [], file);
    }
  });

  for (const format of formats) {
    const files = manifest.files.filter((file) => file.format === format.kind);

    test(`${format.kind}: the counts of ${files.length} files are exact`, async () => {
      for (const { file, expected } of files.filter((one) => one.expected.error === undefined)) {
        const scan = await readScan(format, scanFileAt(fileURLToPath(new URL(file, folder))));

        const severities = noSeverities();
        for (const { severity } of scan.observations) severities[severity]++;
        assert.equal(scan.observations.length, expected.findings, file);
        assert.equal(scan.rejected.length, 0, file);
        assert.deepEqual(severities, expected.severities, file);
        const ids = new Set(scan.observations.flatMap(({ defects }) => defects.map(({ id }) => id)));
        assert.equal(ids.size, DISTINCT_VULNERABILITIES.get(file) ?? expected.distinct_ids, file);
        for (const [theirs, ours] of COUNTED_APART) {
          const stated = statedAt(expected.extra, theirs);
          if (stated === undefined) continue;
          const counted = scan.facts.parts.reduce((sum, part) => sum + (part.extra[ours] ?? 0), 0);
          assert.equal(counted, stated, `${file}: ${theirs}`);
        }
      }
    });

    test(`${format.kind}: damaged files are refused`, async () => {
      for (const { file } of files.filter((one) => one.expected.error !== undefined)) {
        await assert.rejects(
          readScan(format, scanFileAt(fileURLToPath(new URL(file, folder)))),
          (error) => isGatehouseError(error) && error.code === 'input-invalid',
          file,
        );
      }
    });
  }
}

/** `a.b` is a member within another. */
function statedAt(extra: RealFile['expected']['extra'], path: string): unknown {
  const [name = '', ...rest] = path.split('.');
  const value = extra?.[name];
  if (rest.length === 0) return value;
  return Object.entries(value ?? {}).find(([member]) => member === rest.join('.'))?.[1];
}

/** An empty file belongs to no format; a cut-off one is still known by its start. */
function isUnreadable(text: string, error: string | undefined): boolean {
  return error !== undefined && text.trim() === '';
}
