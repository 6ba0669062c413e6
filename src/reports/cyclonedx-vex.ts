/** CycloneDX 1.6, a bill of materials that holds what we say of vulnerabilities: https://cyclonedx.org/docs/1.6/json/. */
import { isoInstant } from '../domain/instant.ts';
import type { AssetKind } from '../domain/statement.ts';
import type { Justification } from '../domain/triage.ts';
import { partsOf, productIdOf, type Said, saidOf, type VexFacts } from './vex-said.ts';

const STATE = {
  'not-affected': 'not_affected',
  'false-positive': 'false_positive',
  affected: 'exploitable',
  'under-investigation': 'in_triage',
} as const satisfies Record<Said['status'], string>;

const JUSTIFICATION = {
  'component-not-present': 'code_not_present',
  'vulnerable-code-not-present': 'code_not_present',
  'vulnerable-code-not-in-execute-path': 'code_not_reachable',
  'vulnerable-code-cannot-be-controlled-by-adversary': 'requires_environment',
  'inline-mitigations-already-exist': 'protected_by_mitigating_control',
} as const satisfies Record<Justification, string>;

/** `serial`: a UUID; the same content has the same. */
export function toCycloneDxVex(
  facts: VexFacts,
  serial: string,
  version: string,
): Readonly<Record<string, unknown>> {
  const said = saidOf(facts);
  const assets = new Map(said.map(({ finding }) => [productIdOf(finding.asset), finding.asset]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: {
      timestamp: isoInstant(facts.at),
      authors: [{ name: facts.author }],
      tools: { components: [{ type: 'application', name: 'gatehouse', version }] },
    },
    components: [...assets].map(([id, { kind, name }]) => ({
      type: typeOf(kind),
      'bom-ref': id,
      name,
      ...(id.startsWith('pkg:') ? { purl: id } : {}),
      components: [
        ...new Set(
          said.filter((one) => productIdOf(one.finding.asset) === id).flatMap((one) => partsOf(one.finding)),
        ),
      ].map((part) => ({ type: 'library', 'bom-ref': refOf(id, part), name: nameOf(part), purl: part })),
    })),
    vulnerabilities: said.map((one, index) => vulnerabilityOf(one, index)),
  };
}

function vulnerabilityOf(said: Said, index: number): Readonly<Record<string, unknown>> {
  const { finding, vulnerability, status, justification, statement, at } = said;
  const product = productIdOf(finding.asset);
  const parts = partsOf(finding);
  return {
    'bom-ref': `vulnerability-${index + 1}`,
    id: vulnerability,
    references: finding.aliases.map((id) => ({ id, source: { name: id.split('-')[0] } })),
    analysis: {
      state: STATE[status],
      ...(justification === undefined ? {} : { justification: JUSTIFICATION[justification] }),
      detail: statement,
      lastUpdated: isoInstant(at),
    },
    affects: (parts.length === 0 ? [product] : parts.map((part) => refOf(product, part))).map((ref) => ({
      ref,
    })),
  };
}

function refOf(product: string, part: string): string {
  return `${product}#${part}`;
}

function nameOf(purl: string): string {
  return decodeURIComponent(/^pkg:[^/]+\/(.*?)(?:@[^@]*)?$/.exec(purl)?.[1] ?? purl);
}

function typeOf(kind: AssetKind): string {
  if (kind === 'image') return 'container';
  return kind === 'host' || kind === 'workstation' ? 'device' : 'application';
}
