/** What every dialect promises, over invented documents and real ones. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isGatehouseError } from '../domain/errors.ts';
import { type BySeverity, noSeverities } from '../domain/severity.ts';
import { VexDocument } from '../domain/vex-document.ts';
import { DIALECTS, dialectOf } from './registry.ts';

const NOW = Date.UTC(2026, 5, 1);
const PURL = 'pkg:npm/invented@1.0.0';

const OPENVEX = {
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.org/vex/1',
  author: 'Invented Ltd',
  timestamp: '2026-03-01T00:00:00Z',
  version: 1,
  statements: [
    {
      vulnerability: { name: 'CVE-2099-10001', aliases: ['GHSA-aaaa-bbbb-cccc'] },
      products: [
        {
          '@id': 'https://example.org/shop',
          identifiers: { purl: 'pkg:oci/shop?repository_url=registry.example.org/shop' },
          hashes: { 'sha-256': 'ABCDEF' },
          subcomponents: [{ '@id': PURL }, 'pkg:npm/other'],
        },
      ],
      status: 'not_affected',
      justification: 'vulnerable_code_not_present',
      timestamp: '2026-03-02T00:00:00Z',
    },
    { vulnerability: 'CVE-2099-10002', products: [PURL], status: 'under_investigation' },
    { vulnerability: {}, products: [PURL], status: 'fixed' },
    { vulnerability: 'CVE-2099-10003', products: [PURL], status: 'sort_of' },
    7,
  ],
};

const CSAF = {
  document: {
    category: 'csaf_vex',
    csaf_version: '2.0',
    publisher: { category: 'vendor', name: 'Invented Ltd', namespace: 'https://example.org' },
    tracking: { id: 'EX-1', current_release_date: '2026-03-01T00:00:00.000Z' },
  },
  product_tree: {
    branches: [
      {
        category: 'vendor',
        branches: [
          {
            product: {
              product_id: 'P',
              name: 'shop',
              product_identification_helper: { purl: 'pkg:oci/shop' },
            },
          },
          { product: { product_id: 'C', name: 'invented', product_identification_helper: { purl: PURL } } },
        ],
      },
    ],
    relationships: [
      {
        category: 'default_component_of',
        full_product_name: { product_id: 'P:C', name: 'invented in shop' },
        product_reference: 'C',
        relates_to_product_reference: 'P',
      },
    ],
  },
  vulnerabilities: [
    {
      cve: 'CVE-2099-10001',
      product_status: { known_not_affected: ['P:C'], known_affected: ['nowhere'] },
      flags: [{ label: 'component_not_present', product_ids: ['P:C'] }],
    },
    { ids: [{ system_name: 'x', text: 'EX-7' }], product_status: { fixed: ['C'] } },
    7,
  ],
};

const INVENTED: Readonly<Record<string, unknown>> = { openvex: OPENVEX, csaf: CSAF };

describe('every dialect', () => {
  for (const dialect of DIALECTS) {
    const own = INVENTED[dialect.kind];

    it(`${dialect.kind}: knows its own documents and no others`, () => {
      for (const [kind, document] of Object.entries(INVENTED)) {
        assert.equal(dialect.detect(JSON.stringify(document)), kind === dialect.kind, kind);
        assert.equal(dialect.detect(JSON.stringify(document, null, 2).slice(0, 400)), kind === dialect.kind);
      }
      for (const text of ['', '{}', '[]', '"https://openvex.dev/ns"', '["csaf_version"]'])
        assert.equal(dialect.detect(text), false, text);
    });

    it(`${dialect.kind}: gives a document that the store takes, counts what it says, and rejects the rest by place`, () => {
      const { document, statements, bySeverity, vulnerabilities, rejected } = dialect.read(own, NOW);

      assert.deepEqual(VexDocument.parse(document), document);
      assert.equal(statements, 2);
      assert.deepEqual([bySeverity, vulnerabilities], [{ ...noSeverities(), unknown: 2 }, 2]);
      assert.ok(rejected.length > 0);
      for (const { at, reason } of rejected) assert.match(`${at} ${reason}`, /\[\d+\] .+/);
    });

    it(`${dialect.kind}: refuses what is none`, () => {
      for (const document of [
        null,
        [],
        7,
        {},
        { ...Object(own), statements: undefined, document: undefined },
      ])
        assert.throws(
          () => dialect.read(document, NOW),
          (error) => isGatehouseError(error) && error.code === 'input-invalid',
        );
    });
  }

  it('lives in the folder of its name', () => {
    const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true });
    assert.deepEqual(
      DIALECTS.map(({ kind }) => kind).sort(),
      folders.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort(),
    );
  });
});

describe('OpenVEX', () => {
  it('names a product by every identifier it has, with its parts', () => {
    const { document } = DIALECTS[1]!.read(OPENVEX, NOW);

    const [first, second] = document.entries;
    assert.deepEqual(first?.products, [
      {
        product: {
          purl: 'pkg:oci/shop?repository_url=registry.example.org/shop',
          hashes: ['sha256:abcdef'],
          name: 'https://example.org/shop',
        },
        parts: [{ purl: PURL }, { purl: 'pkg:npm/other' }],
      },
    ]);
    assert.equal(first?.reason, 'not affected: vulnerable_code_not_present');
    assert.equal(first?.at, Date.UTC(2026, 2, 2), 'its own moment');
    assert.equal(second?.at, Date.UTC(2026, 2, 1), 'that of the document');
  });

  it('of the first drafts, which had a format in place of the context, is read too', () => {
    const { '@context': _, '@id': id, ...rest } = OPENVEX;
    const draft = { id, format: 'text/vex+json', ...rest };

    assert.equal(dialectOf(JSON.stringify(draft)), DIALECTS[1]);
    assert.equal(DIALECTS[1]!.read(draft, NOW).document.id, id);
  });

  it('with an empty context is known by its statements', () => {
    const merged = { ...OPENVEX, '@context': '' };

    assert.equal(dialectOf(JSON.stringify(merged)), DIALECTS[1]);
    assert.equal(dialectOf(JSON.stringify({ ...merged, statements: [] })), undefined);
  });

  it('without an id counts, and is one with itself alone', () => {
    const { '@id': _, ...rest } = OPENVEX;
    const idOf = (document: unknown) => DIALECTS[1]!.read(document, NOW).document.id;

    assert.match(idOf(rest), /^sha256:[0-9a-f]{64}$/);
    assert.equal(idOf({ ...rest }), idOf(rest));
    assert.notEqual(idOf({ ...rest, version: 2 }), idOf(rest));
  });

  it('without an author, or with moments that are none, counts', () => {
    const { author: _, ...rest } = OPENVEX;
    const statements = [
      { vulnerability: 'CVE-2099-10001', status: 'fixed', timestamp: null },
      { vulnerability: 'CVE-2099-10002', status: 'fixed', last_updated: 'soon', products: null },
    ];

    const read = DIALECTS[1]!.read({ ...rest, timestamp: '', statements }, NOW);

    assert.deepEqual([read.statements, read.rejected, read.document.validAt], [2, [], NOW]);
    assert.equal(read.document.issuer, 'unknown author');
    assert.deepEqual(
      read.document.entries.map(({ at, products }) => [at, products]),
      [
        [NOW, []],
        [NOW, []],
      ],
    );
  });

  it('with its head apart, as Ubuntu writes it, is the same document', () => {
    const { statements, ...head } = OPENVEX;
    const enveloped = { metadata: { ...head, timestamp: '2026-03-01T00:00:00.000000' }, statements };

    assert.equal(dialectOf(JSON.stringify(enveloped)), DIALECTS[1]);
    assert.deepEqual(DIALECTS[1]!.read(enveloped, NOW), DIALECTS[1]!.read(OPENVEX, NOW));
  });
});

describe('CSAF', () => {
  it('reads a component of a product through their relationship', () => {
    const { document } = DIALECTS[0]!.read(CSAF, NOW);

    const [first, affected, fixed] = document.entries;
    assert.deepEqual(first?.products, [
      { product: { purl: 'pkg:oci/shop', name: 'shop' }, parts: [{ purl: PURL, name: 'invented' }] },
    ]);
    assert.equal(first?.reason, 'known not affected: component_not_present');
    assert.deepEqual([affected?.status, affected?.products], ['affected', []], 'an id that nothing names');
    assert.deepEqual([fixed?.vulnerability, fixed?.status], ['EX-7', 'fixed']);
  });

  const readOf = (...vulnerabilities: readonly unknown[]) =>
    DIALECTS[0]!.read({ ...CSAF, vulnerabilities }, NOW);

  it('is as severe as its first score says', () => {
    const scored = (...severities: readonly unknown[]) => ({
      cve: 'CVE-2099-10001',
      scores: severities.map((baseSeverity) => ({ products: ['C'], cvss_v3: { baseSeverity } })),
    });

    const { bySeverity } = readOf(
      scored('CRITICAL', 'LOW'),
      scored('high'),
      scored('NONE'),
      scored(7),
      { cve: 'CVE-2099-10002', scores: [{ cvss_v2: { baseScore: 10 } }] },
      { cve: 'CVE-2099-10003', scores: null },
    );

    assert.deepEqual(bySeverity, { ...noSeverities(), critical: 1, high: 1, info: 1, unknown: 3 });
  });

  it('of version 2.1 is as severe as its first metric says', () => {
    const measured = (...contents: readonly unknown[]) => ({
      cve: 'CVE-2099-10001',
      metrics: contents.map((content) => ({ products: ['C'], content })),
    });

    const { bySeverity } = readOf(
      measured({ cvss_v3: { baseSeverity: 'LOW' }, cvss_v4: { baseSeverity: 'CRITICAL' } }, {}),
      measured({ cvss_v4: { baseSeverity: 'HIGH' } }),
      measured({ ssvc_v1: { id: 'CVE-2099-10001' } }),
      measured(7),
    );

    assert.deepEqual(bySeverity, { ...noSeverities(), low: 1, high: 1, unknown: 2 });
  });

  it('without a publisher and without tracking counts, as one document of its own', () => {
    const written = { ...CSAF, document: { csaf_version: '2.0', title: 'By hand' } };

    const { document, statements } = DIALECTS[0]!.read(written, NOW);

    assert.deepEqual([statements, document.issuer, document.validAt], [2, 'unknown author', NOW]);
    assert.match(document.id, /^sha256:[0-9a-f]{64}$/);
  });

  it('without a product tree counts, and names no product', () => {
    const { product_tree: _, ...rest } = CSAF;

    const { document, statements, rejected } = DIALECTS[0]!.read(
      { ...rest, vulnerabilities: [{ cve: 'CVE-2099-10001', product_status: { fixed: ['C'] } }, {}] },
      NOW,
    );

    assert.deepEqual([statements, rejected], [2, []]);
    assert.deepEqual(
      document.entries.map(({ products }) => products),
      [[]],
    );
  });

  it('counts vulnerabilities that have a title alone, or no name at all', () => {
    const { document, statements, vulnerabilities, rejected } = readOf(
      { title: 'Overflow in shop', product_status: { known_affected: ['C'] } },
      { product_status: { known_affected: ['C'] } },
    );

    assert.deepEqual([statements, vulnerabilities, rejected], [2, 1, []]);
    assert.deepEqual(
      document.entries.map(({ vulnerability }) => vulnerability),
      ['Overflow in shop'],
    );
  });
});

describe('real documents', () => {
  const shared = new URL('../../../shared/data/reports/', import.meta.url);

  it('are beside the repository when a build demands it', () => {
    assert.ok(existsSync(shared) || process.env.CI !== 'true', `${shared.pathname} is missing`);
  });

  if (!existsSync(shared)) return;
  interface Listed {
    readonly file: string;
    readonly format: string;
    readonly expected: {
      readonly error?: string;
      readonly findings?: number;
      readonly distinct_ids?: number;
      readonly severities?: BySeverity;
    };
  }
  const { files }: { files: readonly Listed[] } = JSON.parse(
    readFileSync(new URL('manifest.json', shared), 'utf8'),
  );
  for (const { file, format, expected } of files.filter((one) => one.format in INVENTED)) {
    it(`${file} is counted exactly`, () => {
      const text = readFileSync(new URL(file, shared), 'utf8');
      const dialect = dialectOf(text);
      if (expected.error !== undefined) {
        assert.equal(dialect, undefined);
        return;
      }
      assert.equal(dialect?.kind, format);
      const { statements, bySeverity, vulnerabilities, rejected } = dialect!.read(JSON.parse(text), NOW);
      assert.deepEqual([statements, rejected], [expected.findings, []]);
      assert.deepEqual([bySeverity, vulnerabilities], [expected.severities, expected.distinct_ids]);
    });
  }
});
