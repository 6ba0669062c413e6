/** OpenVEX 0.2.0 from our own triage and waivers: https://github.com/openvex/spec. */
import { isoInstant } from '../domain/instant.ts';
import { partsOf, productIdOf, type Said, saidOf, type VexFacts } from './vex-said.ts';

const STATUS = {
  'not-affected': 'not_affected',
  'false-positive': 'not_affected',
  affected: 'affected',
  'under-investigation': 'under_investigation',
} as const satisfies Record<Said['status'], string>;

/** `id`: an IRI that stays the same from one version of the document to the next. */
export function toOpenVex(facts: VexFacts, id: string, tooling: string): Readonly<Record<string, unknown>> {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': id,
    author: facts.author,
    timestamp: isoInstant(facts.at),
    version: 1,
    tooling,
    statements: saidOf(facts).map(statementOf),
  };
}

function statementOf(said: Said): Readonly<Record<string, unknown>> {
  const { finding, vulnerability, status, justification, statement, at } = said;
  const product = productIdOf(finding.asset);
  return {
    vulnerability: {
      name: vulnerability,
      ...(finding.aliases.length === 0 ? {} : { aliases: finding.aliases }),
    },
    timestamp: isoInstant(at),
    products: [
      {
        '@id': product,
        ...(product.startsWith('pkg:') ? { identifiers: { purl: product } } : {}),
        subcomponents: partsOf(finding).map((part) => ({ '@id': part, identifiers: { purl: part } })),
      },
    ],
    status: STATUS[status],
    ...(justification === undefined ? {} : { justification: justification.replaceAll('-', '_') }),
    ...wordsOf(said.status, statement),
  };
}

function wordsOf(status: Said['status'], statement: string): Readonly<Record<string, string>> {
  if (status === 'affected') return { action_statement: statement };
  return status === 'under-investigation' ? { status_notes: statement } : { impact_statement: statement };
}
