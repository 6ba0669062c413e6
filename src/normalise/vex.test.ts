import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { VexDocument, VexEntry, VexProduct } from '../domain/vex-document.ts';
import { statementsOf } from './vex.ts';

const NOW = Date.UTC(2026, 5, 1);

function saying(...entries: readonly Partial<VexEntry>[]): VexDocument {
  return {
    id: 'urn:1',
    issuer: 'Invented Ltd',
    validAt: NOW,
    entries: entries.map((entry) => ({
      vulnerability: 'cve-2099-10001',
      status: 'not-affected',
      reason: 'not affected',
      at: NOW,
      products: [{ product: { purl: 'pkg:npm/invented@1.0.0' }, parts: [] }],
      ...entry,
    })),
  };
}

function targets(product: VexProduct, ...parts: readonly VexProduct[]): unknown {
  return statementsOf([saying({ products: [{ product, parts: [...parts] }] })], NOW).map(
    ({ vulnerability, status, issuer, reason, fromJudgedScans, ...target }) => target,
  );
}

describe('what a product is matched to', () => {
  const CASES: readonly (readonly [string, unknown, unknown])[] = [
    [
      'a package: where that version of it is installed',
      targets({ purl: 'pkg:npm/invented@1.0.0' }),
      [{ component: 'pkg:npm/invented', versions: ['1.0.0'] }],
    ],
    [
      'a package without version: where any is installed, and what is called by its name',
      targets({ purl: 'pkg:golang/example.org/tool' }),
      [
        { assetNames: ['pkg:golang/example.org/tool', 'example.org/tool'] },
        { component: 'pkg:golang/example.org/tool' },
      ],
    ],
    [
      'an image by its registry and digest',
      targets({ purl: 'pkg:oci/shop@sha256%3Aabc?repository_url=registry.example.org/shop' }),
      [{ assetNames: ['registry.example.org/shop'], imageVersions: ['sha256:abc'] }],
    ],
    [
      "an image of Docker's, however it is written",
      targets({ purl: 'pkg:oci/alpine' }),
      [
        {
          assetNames: [
            ...['alpine', 'library/alpine', 'docker.io/alpine', 'index.docker.io/alpine'],
            ...['docker.io/library/alpine', 'index.docker.io/library/alpine'],
          ],
        },
      ],
    ],
    [
      'a part of an image: only there',
      targets(
        { purl: 'pkg:oci/shop?repository_url=registry.example.org/shop' },
        { purl: 'pkg:npm/invented' },
      ),
      [{ assetNames: ['registry.example.org/shop'], component: 'pkg:npm/invented' }],
    ],
    [
      'an image by its digest alone',
      targets({ hashes: ['sha256:abc'] }),
      [{ imageVersions: ['sha256:abc'] }],
    ],
    [
      'a name',
      targets({ name: 'registry.example.org/shop' }),
      [{ assetNames: ['registry.example.org/shop'] }],
    ],
    [
      'a CPE: the package of that name in that version',
      targets({ cpe: 'cpe:2.3:a:vendor:openssl:3.0.8:*:*:*:*:*:*:*' }),
      [{ componentName: 'openssl', versions: ['3.0.8'] }],
    ],
    ['a CPE without version: nothing', targets({ cpe: 'cpe:2.3:a:vendor:openssl:*:*:*:*:*:*:*:*' }), []],
    ['what is no package URL: nothing', targets({ purl: 'pkg:' }), []],
    [
      'parts of a product that can be matched to nothing: nothing',
      targets({ cpe: 'cpe:2.3:a:vendor:shop:1:*:*:*:*:*:*:*' }, { purl: 'pkg:npm/invented' }),
      [],
    ],
  ];
  for (const [name, actual, expected] of CASES) test(name, () => assert.deepEqual(actual, expected));
});

describe('which word counts', () => {
  test('only that there is nothing to fix, under the name as its issuer writes it', () => {
    const said = statementsOf(
      [
        saying(
          { status: 'fixed' },
          { vulnerability: 'X', status: 'affected' },
          { vulnerability: 'Y', status: 'under-investigation' },
        ),
      ],
      NOW,
    );

    assert.deepEqual(
      said.map(({ vulnerability, status }) => [vulnerability, status]),
      [['CVE-2099-10001', 'fixed']],
    );
  });

  test('the latest of one author on one product, also over several documents', () => {
    const before = saying({ at: NOW - 2 });
    const after = { ...saying({ at: NOW - 1, status: 'affected' }), id: 'urn:2' };

    assert.equal(statementsOf([before], NOW).length, 1);
    assert.deepEqual(statementsOf([before, after], NOW), []);
    assert.deepEqual(statementsOf([after, before], NOW), []);
    assert.equal(statementsOf([before, { ...after, issuer: 'Another' }], NOW).length, 1);
  });

  test('none that the same author took back later for all of what it is part of', () => {
    const product = (purl: string, ...parts: readonly string[]) => ({
      products: [{ product: { purl }, parts: parts.map((part) => ({ purl: part })) }],
    });
    const later = { at: NOW - 1, status: 'affected' } as const;
    const version = saying({ at: NOW - 2 });
    const part = saying({ at: NOW - 2, ...product('pkg:oci/app@1.0', 'pkg:npm/invented@1.0.0') });
    const whole = saying({ ...later, ...product('pkg:npm/invented') });

    assert.deepEqual(statementsOf([version, whole], NOW), []);
    assert.deepEqual(statementsOf([part, whole], NOW), []);
    assert.deepEqual(statementsOf([part, saying({ ...later, ...product('pkg:oci/app@1.0') })], NOW), []);
    assert.equal(statementsOf([version, saying({ ...later, ...product('pkg:npm/other') })], NOW).length, 1);
    assert.equal(statementsOf([version, saying({ ...later, ...product('pkg:oci/app@1.0') })], NOW).length, 1);
  });

  test('what is said of one version beside the rest of them, at the same moment', () => {
    const rest = { product: { purl: 'pkg:npm/invented' }, parts: [] };

    assert.equal(statementsOf([saying({}, { status: 'affected', products: [rest] })], NOW).length, 1);
  });

  test('none that is of a later moment', () => {
    assert.deepEqual(statementsOf([saying({ at: NOW + 1 })], NOW), []);
  });
});
