/** Scanners of packages. */
import { cveOf, type Entry, ghsaOf, packageOf, type Scan, type Writer } from './writer.ts';

const purlOf = ({ n, version }: Entry): string => `pkg:npm/${packageOf(n)}@${version}`;
const upper = ({ isSevere }: Entry): string => (isSevere ? 'CRITICAL' : 'LOW');
const lower = ({ isSevere }: Entry): string => (isSevere ? 'critical' : 'low');
const scoreOf = ({ isSevere }: Entry): number => (isSevere ? 9.8 : 2.1);
const json = (document: unknown): string => JSON.stringify(document);
const imageOf = (asset: string): string => `registry.example.org/${asset}:1.0`;
const groupedBy = (entries: readonly Entry[]): readonly (readonly Entry[])[] => [
  ...Map.groupBy(entries, ({ n, version }) => `${packageOf(n)} ${version}`).values(),
];

const trivy: Writer = {
  kind: 'trivy',
  tells: ['isSevere', 'title', 'version'],
  namesAsset: true,
  isDated: true,
  write: ({ entries, asset, at }) =>
    json({
      SchemaVersion: 2,
      CreatedAt: at.toISOString(),
      ArtifactName: imageOf(asset),
      ArtifactType: 'container_image',
      Results: [
        {
          Target: 'Node.js',
          Class: 'lang-pkgs',
          Type: 'node-pkg',
          Vulnerabilities: entries.map((entry) => ({
            VulnerabilityID: cveOf(entry.n),
            PkgName: packageOf(entry.n),
            PkgPath: `app/${packageOf(entry.n)}/package.json`,
            InstalledVersion: entry.version,
            Title: entry.title,
            Severity: upper(entry),
          })),
        },
      ],
    }),
};

const grype: Writer = {
  kind: 'grype',
  tells: ['isSevere', 'title', 'version'],
  namesAsset: true,
  isDated: true,
  write: ({ entries, asset, at }) =>
    json({
      matches: entries.map((entry) => ({
        vulnerability: {
          id: ghsaOf(entry.n),
          severity: entry.isSevere ? 'Critical' : 'Low',
          description: entry.title,
          fix: { versions: [], state: 'unknown' },
        },
        relatedVulnerabilities: [{ id: cveOf(entry.n), namespace: 'nvd:cpe' }],
        artifact: {
          name: packageOf(entry.n),
          version: entry.version,
          type: 'npm',
          locations: [{ path: `/app/${packageOf(entry.n)}/package.json` }],
          purl: purlOf(entry),
        },
      })),
      source: { type: 'image', target: { userInput: imageOf(asset), tags: [imageOf(asset)] } },
      descriptor: { name: 'grype', version: '0.99.0', timestamp: at.toISOString() },
    }),
};

const bomOf = ({ entries, asset, at }: Scan) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    timestamp: at.toISOString(),
    tools: { components: [{ type: 'application', name: 'grype', version: '0.99.0' }] },
    component: { type: 'container', 'bom-ref': 'image', name: imageOf(asset) },
  },
  components: groupedBy(entries).map(([first]) => ({
    type: 'library',
    'bom-ref': first && purlOf(first),
    name: first && packageOf(first.n),
    version: first?.version,
    purl: first && purlOf(first),
  })),
  vulnerabilities: entries.map((entry) => ({
    id: cveOf(entry.n),
    ratings: [{ severity: lower(entry), score: scoreOf(entry), method: 'CVSSv31' }],
    description: entry.title,
    affects: [{ ref: purlOf(entry) }],
  })),
});

const cyclonedx: Writer = {
  kind: 'cyclonedx',
  tells: ['isSevere', 'title', 'version'],
  namesAsset: true,
  isDated: true,
  write: (scan) => json(bomOf(scan)),
};

const cyclonedxXml: Writer = {
  ...cyclonedx,
  variant: 'XML',
  write: (scan) => {
    const { components, vulnerabilities, metadata } = bomOf(scan);
    return `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
<metadata><timestamp>${metadata.timestamp}</timestamp>
<tools><components><component type="application"><name>grype</name></component></components></tools>
<component type="container" bom-ref="image"><name>${metadata.component.name}</name></component></metadata>
<components>${components.map((one) => `<component type="library" bom-ref="${one['bom-ref']}"><name>${one.name}</name><version>${one.version}</version><purl>${one.purl}</purl></component>`).join('')}</components>
<vulnerabilities>${vulnerabilities
      .map(
        ({ id, ratings: [rating], description, affects: [affected] }) =>
          `<vulnerability><id>${id}</id><ratings><rating><score>${rating?.score}</score><severity>${rating?.severity}</severity><method>CVSSv31</method></rating></ratings><description>${description}</description><affects><target><ref>${affected?.ref}</ref></target></affects></vulnerability>`,
      )
      .join('')}</vulnerabilities></bom>`;
  },
};

const osvScanner: Writer = {
  kind: 'osv-scanner',
  tells: ['isSevere', 'title', 'version'],
  write: ({ entries }) =>
    json({
      results: [
        {
          source: { path: '/tmp/shop/package-lock.json', type: 'lockfile' },
          packages: groupedBy(entries).map((some) => ({
            package: { name: packageOf(some[0]?.n ?? 0), version: some[0]?.version, ecosystem: 'npm' },
            vulnerabilities: some.map((entry) => ({
              id: ghsaOf(entry.n),
              aliases: [cveOf(entry.n)],
              summary: entry.title,
            })),
            groups: some.map((entry) => ({
              ids: [ghsaOf(entry.n)],
              aliases: [cveOf(entry.n)],
              max_severity: String(scoreOf(entry)),
            })),
          })),
        },
      ],
      experimental_config: { licenses: { summary: false, allowlist: null } },
    }),
};

const dependencyTrack: Writer = {
  kind: 'dependency-track',
  tells: ['isSevere', 'title', 'version'],
  namesAsset: true,
  isDated: true,
  write: ({ entries, asset, at }) =>
    json({
      version: '1.3',
      meta: { application: 'Dependency-Track', version: '4.14.0', timestamp: at.toISOString() },
      findings: entries.map((entry) => ({
        component: { name: packageOf(entry.n), version: entry.version, purl: purlOf(entry) },
        vulnerability: { source: 'NVD', vulnId: cveOf(entry.n), severity: upper(entry), title: entry.title },
        analysis: { state: 'NOT_SET', isSuppressed: false },
      })),
      project: { uuid: '00000000-0000-0000-0000-000000000001', name: asset, version: '1.4' },
    }),
};

const awsInspector: Writer = {
  kind: 'aws-inspector',
  tells: ['isSevere', 'title', 'version'],
  isNamelessWhenEmpty: true,
  failure: 'partial',
  write: ({ entries, isFailed }) =>
    json({
      findings: entries.map((entry) => ({
        awsAccountId: '111122223333',
        findingArn: `arn:aws:inspector2:eu-west-1:111122223333:finding/${entry.n}`,
        description: entry.title,
        packageVulnerabilityDetails: {
          vulnerabilityId: cveOf(entry.n),
          source: 'NVD',
          vulnerablePackages: [
            { name: packageOf(entry.n), version: entry.version, packageManager: 'NODEPKG', filePath: '/a' },
          ],
        },
        resources: [{ id: 'i-0123456789abcdef0', type: 'AWS_EC2_INSTANCE', details: {} }],
        severity: upper(entry),
        status: 'ACTIVE',
        title: `${cveOf(entry.n)} - ${entry.title}`,
        type: 'PACKAGE_VULNERABILITY',
      })),
      ...(isFailed && { nextToken: 'more' }),
    }),
};

const dynatrace: Writer = {
  kind: 'dynatrace',
  isKeyed: true,
  tells: ['isSevere', 'title'],
  failure: 'partial',
  write: ({ entries, isFailed }) =>
    json({
      totalCount: entries.length + (isFailed ? 1 : 0),
      pageSize: 500,
      securityProblems: entries.map((entry) => ({
        securityProblemId: String(1_000_000 + entry.n),
        displayId: `S-${entry.n}`,
        status: 'OPEN',
        muted: false,
        vulnerabilityType: 'THIRD_PARTY',
        title: entry.title,
        packageName: packageOf(entry.n),
        technology: 'NODE_JS',
        url: `https://abc12345.live.dynatrace.com/ui/security/problem/${1_000_000 + entry.n}`,
        riskAssessment: { riskLevel: upper(entry), riskScore: scoreOf(entry) },
        cveIds: [cveOf(entry.n)],
      })),
    }),
};

const vanta: Writer = {
  kind: 'vanta',
  isKeyed: true,
  tells: ['isSevere', 'title', 'version'],
  failure: 'partial',
  write: ({ entries, isFailed }) =>
    json({
      results: {
        pageInfo: { hasNextPage: isFailed, hasPreviousPage: false, startCursor: 'a', endCursor: 'c' },
        data: entries.map((entry) => ({
          id: `6500000000000000000${10_000 + entry.n}`,
          name: cveOf(entry.n),
          description: entry.title,
          integrationId: 'github',
          packageIdentifier: `npm:${packageOf(entry.n)}@${entry.version}`,
          vulnerabilityType: 'COMMON',
          targetId: '650000000000000000000aaa',
          firstDetectedDate: '2099-02-01T00:00:00.000Z',
          severity: upper(entry),
          isFixable: false,
          relatedVulns: [],
          deactivateMetadata: null,
        })),
      },
    }),
};

const spdx: Writer = {
  kind: 'spdx',
  tells: ['version'],
  namesAsset: true,
  isDated: true,
  isNeverWhole: true,
  write: ({ entries, asset, at }) =>
    json({
      spdxVersion: 'SPDX-2.3',
      SPDXID: 'SPDXRef-DOCUMENT',
      name: asset,
      creationInfo: { created: at.toISOString().replace(/\.\d+/, ''), creators: ['Tool: acme-sbom-1.2.3'] },
      packages: [
        { SPDXID: 'SPDXRef-image', name: imageOf(asset), primaryPackagePurpose: 'CONTAINER' },
        ...groupedBy(entries).map((some, index) => ({
          SPDXID: `SPDXRef-${index}`,
          name: packageOf(some[0]?.n ?? 0),
          versionInfo: some[0]?.version,
          externalRefs: [
            {
              referenceCategory: 'PACKAGE-MANAGER',
              referenceType: 'purl',
              referenceLocator: some[0] && purlOf(some[0]),
            },
            ...some.map(({ n }) => ({
              referenceCategory: 'SECURITY',
              referenceType: 'advisory',
              referenceLocator: `https://advisories.example.org/${cveOf(n)}`,
            })),
          ],
        })),
      ],
      relationships: [
        {
          spdxElementId: 'SPDXRef-DOCUMENT',
          relationshipType: 'DESCRIBES',
          relatedSpdxElement: 'SPDXRef-image',
        },
      ],
    }),
};

export const IMAGE_WRITERS = { trivy, grype, cyclonedx, osvScanner } as const;

export const PACKAGE_WRITERS: readonly Writer[] = [
  awsInspector,
  cyclonedx,
  cyclonedxXml,
  dependencyTrack,
  dynatrace,
  grype,
  osvScanner,
  spdx,
  trivy,
  vanta,
];
