/** Scanners of a project's dependencies, and of hosts. */
import { cveOf, type Entry, ghsaOf, packageOf, type Writer } from './writer.ts';

const json = (document: unknown): string => JSON.stringify(document);
const scoreOf = ({ isSevere }: Entry): number => (isSevere ? 9.8 : 2.1);
const lower = ({ isSevere }: Entry): string => (isSevere ? 'critical' : 'low');
const byPackage = (entries: readonly Entry[]): readonly (readonly [string, readonly Entry[]])[] => [
  ...Map.groupBy(entries, ({ n }) => packageOf(n)),
];

const NPM_ERROR = { error: { code: 'ENOLOCK', summary: 'This command requires an existing lockfile.' } };

const npmAuditV1: Writer = {
  kind: 'npm-audit-v1',
  tells: ['isSevere', 'title', 'version'],
  failure: 'refused',
  write: ({ entries, isFailed }) =>
    json(
      isFailed
        ? NPM_ERROR
        : {
            actions: [],
            advisories: Object.fromEntries(
              entries.map((entry) => [
                String(9000 + entry.n),
                {
                  id: 9000 + entry.n,
                  findings: [{ version: entry.version, paths: [packageOf(entry.n)] }],
                  title: entry.title,
                  module_name: packageOf(entry.n),
                  cves: [cveOf(entry.n)],
                  severity: lower(entry),
                  url: `https://github.com/advisories/${ghsaOf(entry.n)}`,
                },
              ]),
            ),
            muted: [],
            metadata: { vulnerabilities: {}, totalDependencies: 43 },
          },
    ),
};

const npmAuditV2: Writer = {
  kind: 'npm-audit-v2',
  tells: ['isSevere', 'title'],
  failure: 'refused',
  write: ({ entries, isFailed }) =>
    json(
      isFailed
        ? NPM_ERROR
        : {
            auditReportVersion: 2,
            vulnerabilities: Object.fromEntries(
              byPackage(entries).map(([name, some]) => [
                name,
                {
                  name,
                  severity: 'high',
                  via: some.map((entry) => ({
                    source: 1_094_000 + entry.n,
                    name,
                    dependency: name,
                    title: entry.title,
                    url: `https://github.com/advisories/${ghsaOf(entry.n)}`,
                    severity: lower(entry),
                    range: '<=4.3.0',
                  })),
                  effects: [],
                  range: '<=4.3.0',
                  nodes: [`node_modules/${name}`],
                  fixAvailable: false,
                },
              ]),
            ),
            metadata: { vulnerabilities: { total: entries.length }, dependencies: { total: 97 } },
          },
    ),
};

const pipAudit: Writer = {
  kind: 'pip-audit',
  tells: ['title', 'version'],
  write: ({ entries }) =>
    json({
      dependencies: [
        { name: 'sound-example', version: '1.0', vulns: [] },
        ...[...Map.groupBy(entries, ({ n, version }) => `${packageOf(n)} ${version}`).values()].map(
          (some) => ({
            name: packageOf(some[0]?.n ?? 0),
            version: some[0]?.version,
            vulns: some.map(({ n, title }) => ({
              id: `PYSEC-2099-${n}`,
              fix_versions: [],
              aliases: [cveOf(n), ghsaOf(n)],
              description: title,
            })),
          }),
        ),
      ],
      fixes: [],
    }),
};

const safety: Writer = {
  kind: 'safety',
  tells: ['isSevere', 'title', 'version'],
  namesAsset: true,
  isDated: true,
  write: ({ entries, asset, at }) =>
    json({
      report_meta: {
        scan_target: 'environment',
        scanned: ['/usr/lib/python3.12/site-packages'],
        safety_version: '2.3.5',
        timestamp: at.toISOString().slice(0, 19).replace('T', ' '),
        git: { branch: 'main', origin: `git@github.com:team/${asset}.git` },
        json_version: 1,
      },
      scanned_packages: {},
      affected_packages: {},
      announcements: [],
      vulnerabilities: entries.map((entry) => ({
        vulnerability_id: String(90_000 + entry.n),
        package_name: packageOf(entry.n),
        ignored: false,
        analyzed_version: entry.version,
        advisory: entry.title,
        CVE: cveOf(entry.n),
        severity: {
          source: cveOf(entry.n),
          cvssv3: { base_score: scoreOf(entry), base_severity: lower(entry).toUpperCase() },
        },
      })),
      ignored_vulnerabilities: [],
      remediations: {},
    }),
};

const snyk: Writer = {
  kind: 'snyk',
  tells: ['isSevere', 'title', 'version'],
  namesAsset: true,
  failure: 'refused',
  write: ({ entries, asset, isFailed }) =>
    json(
      isFailed
        ? { ok: false, error: 'Could not detect supported target files', path: '/builds/shop' }
        : {
            vulnerabilities: entries.map((entry) => ({
              id: `SNYK-JS-PAD-${1_000_000 + entry.n}`,
              title: entry.title,
              severity: lower(entry),
              identifiers: { CVE: [cveOf(entry.n)], CWE: [], GHSA: [ghsaOf(entry.n)] },
              packageName: packageOf(entry.n),
              name: packageOf(entry.n),
              version: entry.version,
              from: ['shop@2.0.0', `${packageOf(entry.n)}@${entry.version}`],
              upgradePath: [],
              isUpgradable: false,
              isPatchable: false,
            })),
            ok: entries.length === 0,
            dependencyCount: 4,
            org: 'pads',
            packageManager: 'npm',
            summary: 'some',
            filtered: { ignore: [], patch: [] },
            uniqueCount: entries.length,
            projectName: asset,
            displayTargetFile: 'package-lock.json',
            path: '/builds/shop',
          },
    ),
};

const dependabot: Writer = {
  kind: 'github-alerts',
  variant: 'Dependabot',
  isPartialWhenEmpty: true,
  tells: ['isSevere', 'title'],
  isNamelessWhenEmpty: true,
  failure: 'refused',
  write: ({ entries, isFailed }) =>
    json(
      isFailed
        ? { message: 'Bad credentials', documentation_url: 'https://docs.example.org', status: '401' }
        : entries.map((entry) => ({
            number: entry.n + 1,
            state: 'open',
            dependency: {
              package: { ecosystem: 'npm', name: packageOf(entry.n) },
              manifest_path: 'package-lock.json',
            },
            security_advisory: {
              ghsa_id: ghsaOf(entry.n),
              cve_id: cveOf(entry.n),
              summary: entry.title,
              severity: lower(entry),
              identifiers: [{ type: 'GHSA', value: ghsaOf(entry.n) }],
            },
            security_vulnerability: {
              package: { ecosystem: 'npm', name: packageOf(entry.n) },
              severity: lower(entry),
            },
            url: `https://api.github.com/repos/team/shop/dependabot/alerts/${entry.n + 1}`,
            html_url: `https://github.com/team/shop/security/dependabot/${entry.n + 1}`,
          })),
    ),
};

const graph: Writer = {
  kind: 'github-alerts',
  variant: 'GraphQL',
  tells: ['isSevere', 'title'],
  namesAsset: true,
  failure: 'partial',
  write: ({ entries, asset, isFailed }) =>
    json({
      data: {
        repository: {
          nameWithOwner: `team/${asset}`,
          url: `https://github.com/team/${asset}`,
          vulnerabilityAlerts: {
            nodes: entries.map((entry) => ({
              number: entry.n + 1,
              state: 'OPEN',
              vulnerableManifestPath: 'package-lock.json',
              securityVulnerability: {
                severity: entry.isSevere ? 'CRITICAL' : 'LOW',
                package: { name: packageOf(entry.n), ecosystem: 'NPM' },
                advisory: {
                  summary: entry.title,
                  ghsaId: ghsaOf(entry.n),
                  identifiers: [{ type: 'CVE', value: cveOf(entry.n) }],
                },
              },
            })),
          },
        },
      },
      ...(isFailed && { errors: [{ message: 'Something went wrong' }] }),
    }),
};

const gitlabDependencies: Writer = {
  kind: 'gitlab',
  variant: 'dependencies',
  tells: ['isSevere', 'title', 'version'],
  isDated: true,
  failure: 'partial',
  write: ({ entries, at, isFailed }) =>
    json({
      version: '15.0.7',
      vulnerabilities: entries.map((entry) => ({
        id: `00000000-0000-5000-8000-${entry.version}-${entry.n}`,
        name: entry.title,
        severity: entry.isSevere ? 'Critical' : 'Low',
        location: {
          file: 'web/yarn.lock',
          dependency: { package: { name: packageOf(entry.n) }, version: entry.version },
        },
        identifiers: [{ type: 'cve', name: cveOf(entry.n), value: cveOf(entry.n) }],
      })),
      dependency_files: [],
      scan: {
        scanner: { id: 'gemnasium', name: 'Gemnasium', version: '5.0.0', vendor: { name: 'GitLab' } },
        type: 'dependency_scanning',
        start_time: at.toISOString().slice(0, 19),
        end_time: at.toISOString().slice(0, 19),
        status: isFailed ? 'failure' : 'success',
      },
    }),
};

const nessus: Writer = {
  kind: 'nessus',
  tells: ['isSevere', 'title', 'version'],
  namesAsset: true,
  isDated: true,
  failure: 'partial',
  write: ({ entries, asset, at, isFailed }) =>
    `<?xml version="1.0" ?><NessusClientData_v2><Policy><policyName>Patch audit</policyName></Policy>
<Report name="Weekly"><ReportHost name="${asset}.example.com"><HostProperties>
<tag name="HOST_START_timestamp">${Math.floor(at.getTime() / 1000)}</tag>
${isFailed ? '' : `<tag name="HOST_END_timestamp">${Math.floor(at.getTime() / 1000)}</tag>`}
</HostProperties>${entries
      .map(
        (
          entry,
        ) => `<ReportItem port="0" svc_name="general" protocol="tcp" severity="${entry.isSevere ? 4 : 1}" pluginID="${900_000 + entry.n}" pluginName="${entry.title}" pluginFamily="Misc.">
<cve>${cveOf(entry.n)}</cve><risk_factor>${entry.isSevere ? 'Critical' : 'Low'}</risk_factor>
<plugin_output>
  Path              : /opt/one
  Installed version : ${entry.version}
</plugin_output></ReportItem>`,
      )
      .join('\n')}</ReportHost></Report></NessusClientData_v2>`,
};

export const PROJECT_WRITERS: readonly Writer[] = [
  dependabot,
  gitlabDependencies,
  graph,
  nessus,
  npmAuditV1,
  npmAuditV2,
  pipAudit,
  safety,
  snyk,
];
