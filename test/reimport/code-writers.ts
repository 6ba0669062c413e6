/** Scanners of code, configuration, secrets and pages. */
import type { Entry, Scan, Writer } from './writer.ts';

const json = (document: unknown): string => JSON.stringify(document);
const fileOf = ({ n }: Entry): string => `src/part-${n % 3}.py`;
const ruleOf = ({ n }: Entry): string => `rule-${n % 2}`;
/** Told apart by the code alone: rule and file are those of others too. */
const codeOf = ({ n }: Entry): string => `call_${n}(input)`;
const upper = ({ isSevere }: Entry): string => (isSevere ? 'HIGH' : 'LOW');
const startOf = ({ line }: Entry) => ({ line, col: 5 });

const bandit: Writer = {
  kind: 'bandit',
  tells: ['isSevere', 'title', 'line'],
  isDated: true,
  failure: 'partial',
  write: ({ entries, at, isFailed }) =>
    json({
      errors: isFailed ? [{ filename: './src/broken.py', reason: 'syntax error while parsing AST' }] : [],
      generated_at: at.toISOString().replace(/\.\d+/, ''),
      metrics: { _totals: { loc: 120, nosec: 0 } },
      results: entries.map((entry) => ({
        code: `${entry.line - 1} for item in items:\n${entry.line}     ${codeOf(entry)}\n${entry.line + 1} \n`,
        filename: `./${fileOf(entry)}`,
        issue_confidence: 'HIGH',
        issue_severity: upper(entry),
        issue_text: entry.title,
        line_number: entry.line,
        line_range: [entry.line],
        test_id: `B30${entry.n % 2}`,
        test_name: 'invented',
      })),
    }),
};

const checkov: Writer = {
  kind: 'checkov',
  tells: ['isSevere', 'title', 'line'],
  failure: 'partial',
  write: ({ entries, isFailed }) =>
    json({
      check_type: 'terraform',
      results: {
        passed_checks: [],
        failed_checks: entries.map((entry) => ({
          check_id: `CKV_AWS_${entry.n % 2}`,
          check_name: entry.title,
          check_result: { result: 'FAILED' },
          code_block: [[entry.line, `resource "aws_s3_bucket" "b${entry.n}" {}\n`]],
          file_path: '/main.tf',
          repo_file_path: '/infra/main.tf',
          file_line_range: [entry.line, entry.line],
          resource: `aws_s3_bucket.b${entry.n}`,
          severity: upper(entry),
        })),
        skipped_checks: [],
        parsing_errors: isFailed ? ['/infra/broken.tf'] : [],
      },
      summary: { passed: 1, failed: entries.length, skipped: 0, parsing_errors: 0, resource_count: 2 },
    }),
};

const gitleaks: Writer = {
  kind: 'gitleaks',
  tells: ['title', 'line'],
  isNamelessWhenEmpty: true,
  write: ({ entries }) =>
    json(
      entries.map((entry) => ({
        RuleID: ruleOf(entry),
        Description: entry.title,
        StartLine: entry.line,
        EndLine: entry.line,
        StartColumn: 10,
        EndColumn: 25,
        Match: `token: tok_invented_${entry.n}`,
        Secret: `tok_invented_${entry.n}`,
        File: fileOf(entry),
        Commit: '',
        Tags: [],
        Fingerprint: `${fileOf(entry)}:${ruleOf(entry)}:${entry.line}`,
      })),
    ),
};

function sarifOf({ entries, isFailed }: Scan, marks: (entry: Entry) => object): string {
  return json({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'CodeTool', rules: [{ id: 'rule-0' }, { id: 'rule-1' }] } },
        invocations: [{ executionSuccessful: !isFailed }],
        results: entries.map((entry) => ({
          ruleId: ruleOf(entry),
          level: entry.isSevere ? 'error' : 'note',
          message: { text: entry.title },
          ...marks(entry),
        })),
      },
    ],
  });
}

const sarif: Writer = {
  kind: 'sarif',
  variant: 'with fingerprints',
  tells: ['isSevere', 'title', 'line'],
  failure: 'partial',
  write: (scan) =>
    sarifOf(scan, (entry) => ({
      partialFingerprints: { primaryLocationLineHash: `9cbc869fbfff${entry.n}:1` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: fileOf(entry) },
            region: { startLine: entry.line, snippet: { text: `x = ${entry.title}` } },
          },
        },
      ],
    })),
};

const sarifSnippets: Writer = {
  ...sarif,
  variant: 'with snippets',
  write: (scan) =>
    sarifOf(scan, (entry) => ({
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: fileOf(entry) },
            region: { startLine: entry.line, snippet: { text: `    ${codeOf(entry)}` } },
          },
        },
      ],
    })),
};

const sarifPlain: Writer = {
  ...sarif,
  variant: 'with neither',
  write: (scan) =>
    sarifOf(scan, (entry) => ({
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: `src/part-${entry.n}.py` },
            region: { startLine: entry.line },
          },
        },
      ],
    })),
};

const semgrep: Writer = {
  kind: 'semgrep',
  tells: ['isSevere', 'title', 'line'],
  failure: 'partial',
  write: ({ entries, isFailed }) =>
    json({
      version: '1.99.0',
      results: entries.map((entry) => ({
        check_id: `python.lang.${ruleOf(entry)}`,
        path: `./${fileOf(entry)}`,
        start: startOf(entry),
        end: startOf(entry),
        extra: {
          message: entry.title,
          metadata: {},
          severity: entry.isSevere ? 'ERROR' : 'INFO',
          fingerprint: 'requires login',
          lines: `    ${codeOf(entry)}`,
        },
      })),
      errors: isFailed ? [{ code: 2, level: 'error', type: 'Fatal', message: 'out of memory' }] : [],
      paths: { scanned: ['src/part-0.py'] },
    }),
};

const codeAlerts: Writer = {
  kind: 'github-alerts',
  variant: 'code scanning',
  isPartialWhenEmpty: true,
  tells: ['isSevere', 'title', 'line'],
  isNamelessWhenEmpty: true,
  write: ({ entries }) =>
    json(
      entries.map((entry) => ({
        number: entry.n + 1,
        html_url: `https://github.com/team/shop/security/code-scanning/${entry.n + 1}`,
        state: 'open',
        rule: {
          id: ruleOf(entry),
          severity: 'error',
          description: entry.title,
          security_severity_level: upper(entry).toLowerCase(),
        },
        tool: { name: 'CodeQL', version: '2.99.0' },
        most_recent_instance: {
          ref: 'refs/heads/main',
          category: '/language:python',
          state: 'open',
          message: { text: entry.title },
          location: { path: fileOf(entry), start_line: entry.line, end_line: entry.line },
        },
      })),
    ),
};

const gitlabCode: Writer = {
  kind: 'gitlab',
  variant: 'code',
  tells: ['isSevere', 'title', 'line'],
  isDated: true,
  failure: 'partial',
  write: ({ entries, at, isFailed }) =>
    json({
      version: '15.0.6',
      vulnerabilities: entries.map((entry) => ({
        id: `${entry.line}-${entry.n}`,
        category: 'sast',
        name: entry.title,
        severity: entry.isSevere ? 'High' : 'Low',
        location: { file: fileOf(entry), start_line: entry.line, end_line: entry.line },
        identifiers: [{ type: 'semgrep_id', name: ruleOf(entry), value: ruleOf(entry) }],
        tracking: {
          type: 'source',
          items: [
            {
              file: fileOf(entry),
              start_line: entry.line,
              end_line: entry.line,
              signatures: [
                { algorithm: 'location', value: `${fileOf(entry)}:${entry.line}` },
                { algorithm: 'scope_offset', value: `${fileOf(entry)}|f_${entry.n}[0]:2` },
              ],
            },
          ],
        },
      })),
      scan: {
        scanner: { id: 'semgrep', name: 'Semgrep', version: '1.0', vendor: { name: 'GitLab' } },
        type: 'sast',
        start_time: at.toISOString().slice(0, 19),
        end_time: at.toISOString().slice(0, 19),
        status: isFailed ? 'failure' : 'success',
      },
    }),
};

const snykInfrastructure: Writer = {
  kind: 'snyk',
  variant: 'infrastructure',
  tells: ['isSevere', 'title', 'line'],
  failure: 'refused',
  write: ({ entries, isFailed }) =>
    json(
      isFailed
        ? { ok: false, error: 'Could not find any valid IaC files', path: '/builds/shop' }
        : {
            targetFile: 'main.tf',
            projectName: 'infra',
            infrastructureAsCodeIssues: entries.map((entry) => ({
              id: `SNYK-CC-TF-${entry.n % 2}`,
              title: entry.title,
              severity: upper(entry).toLowerCase(),
              lineNumber: entry.line,
              path: ['resource', `aws_s3_bucket[b${entry.n}]`, 'acl'],
            })),
            ok: entries.length === 0,
            path: '/builds/shop',
          },
    ),
};

const trivyConfiguration: Writer = {
  kind: 'trivy',
  variant: 'configuration',
  tells: ['isSevere', 'title', 'line'],
  isDated: true,
  write: ({ entries, at }) =>
    json({
      SchemaVersion: 2,
      CreatedAt: at.toISOString(),
      ArtifactName: '.',
      ArtifactType: 'filesystem',
      Results: [
        {
          Target: 'main.tf',
          Class: 'config',
          Type: 'terraform',
          Misconfigurations: entries.map((entry) => ({
            Type: 'Terraform Security Check',
            ID: `AVD-AWS-000${entry.n % 2}`,
            AVDID: `AVD-AWS-000${entry.n % 2}`,
            Title: entry.title,
            Message: 'invented',
            Severity: upper(entry),
            Status: 'FAIL',
            CauseMetadata: {
              Resource: `aws_s3_bucket.b${entry.n}`,
              StartLine: entry.line,
              EndLine: entry.line,
              Code: { Lines: [{ Number: entry.line, Content: `bucket b${entry.n}`, IsCause: true }] },
            },
          })),
        },
      ],
    }),
};

const trivySecrets: Writer = {
  kind: 'trivy',
  variant: 'secrets',
  tells: ['isSevere', 'title', 'line'],
  isDated: true,
  write: ({ entries, at }) =>
    json({
      SchemaVersion: 2,
      CreatedAt: at.toISOString(),
      ArtifactName: '.',
      ArtifactType: 'filesystem',
      Results: ['src/part-0.py', 'src/part-1.py', 'src/part-2.py'].map((file) => ({
        Target: file,
        Class: 'secret',
        Secrets: entries
          .filter((entry) => fileOf(entry) === file)
          .map((entry) => ({
            RuleID: ruleOf(entry),
            Category: 'general',
            Severity: upper(entry),
            Title: entry.title,
            StartLine: entry.line,
            EndLine: entry.line,
            Code: { Lines: [{ Number: entry.line, Content: `key_${entry.n}=****`, IsCause: true }] },
            Match: `key_${entry.n}=****`,
          })),
      })),
    }),
};

const zap: Writer = {
  kind: 'zap',
  tells: ['isSevere', 'title'],
  namesAsset: true,
  isDated: true,
  failure: 'partial',
  write: ({ entries, asset, at, isFailed }) =>
    json({
      '@programName': 'ZAP',
      '@version': '2.16.0',
      '@generated': 'Wed, 4 Mar 2099 05:06:07',
      created: at.toISOString(),
      ...(isFailed && { afPlanErrors: ['a job failed'] }),
      site: [
        {
          '@name': `https://${asset}.example.com`,
          alerts: entries.map((entry) => ({
            pluginid: String(40_000 + entry.n),
            alertRef: `${40_000 + entry.n}-1`,
            alert: entry.title,
            riskcode: entry.isSevere ? '3' : '1',
            confidence: '2',
            instances: [{ uri: `https://${asset}.example.com/cart`, method: 'GET', param: 'q' }],
          })),
        },
      ],
    }),
};

export const CODE_WRITERS: readonly Writer[] = [
  bandit,
  checkov,
  codeAlerts,
  gitlabCode,
  gitleaks,
  sarif,
  sarifPlain,
  sarifSnippets,
  semgrep,
  snykInfrastructure,
  trivyConfiguration,
  trivySecrets,
  zap,
];
