import * as z from 'zod';
import { GatehouseError } from '../../domain/errors.ts';
import { noSeverities } from '../../domain/severity.ts';
import type { Rejected } from '../../domain/statement.ts';
import type { VexEntry, VexProduct, VexStatus } from '../../domain/vex-document.ts';
import type { VexDialect, VexRead } from '../dialect.ts';
import { idOfContent, UNKNOWN_AUTHOR } from '../unnamed.ts';

/** OpenVEX 0.0.1 to 0.2.0: https://github.com/openvex/spec. */
export const openvex: VexDialect = { kind: 'openvex', detect, read };

/** The first drafts had a format in place of the context. */
const OWN = /"@context"\s*:\s*"https:\/\/openvex\.dev\/ns|"format"\s*:\s*"text\/vex\+json"/;
/** Programs that merge documents may leave the context empty: then its statements tell. */
const STATEMENTS = [
  /"@context"\s*:\s*""/,
  /"statements"\s*:\s*\[/,
  /"vulnerability"\s*:/,
  /"status"\s*:\s*"(?:not_affected|affected|fixed|under_investigation)"/,
];

function detect(text: string): boolean {
  return /^\s*\{/.test(text) && (OWN.test(text) || STATEMENTS.every((mark) => mark.test(text)));
}

const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const ZONELESS = /^\d{4}-\d\d-\d\dT[\d:.]+$/;
const moment = z.string().transform((text, context) => {
  // A moment without a zone is UTC: it must not depend on where it is read.
  const at = Date.parse(ZONELESS.test(text) ? `${text}Z` : text);
  if (!Number.isNaN(at)) return at;
  context.addIssue({ code: 'custom', message: `'${text.slice(0, 40)}' is no moment` });
  return z.NEVER;
});

const Component = z.union([
  z.string().transform((id) => ({ '@id': id, identifiers: undefined, hashes: undefined })),
  z.looseObject({
    '@id': lenient(z.string()),
    identifiers: lenient(z.record(z.string(), z.string())),
    hashes: lenient(z.record(z.string(), z.string())),
  }),
]);

const Product = z.union([
  z.string(),
  z.looseObject({
    '@id': lenient(z.string()),
    identifiers: lenient(z.record(z.string(), z.string())),
    hashes: lenient(z.record(z.string(), z.string())),
    subcomponents: lenient(z.array(Component)),
  }),
]);

const Statement = z.looseObject({
  vulnerability: z.union([
    z.string().min(1),
    z
      .looseObject({ name: lenient(z.string().min(1)), '@id': lenient(z.string().min(1)) })
      .refine((one) => one.name !== undefined || one['@id'] !== undefined, 'names no vulnerability'),
  ]),
  timestamp: lenient(moment),
  last_updated: lenient(moment),
  products: z.array(Product).nullish(),
  /** Of 0.0.1, beside the products. */
  subcomponents: lenient(z.array(Component)),
  status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
  justification: lenient(z.string()),
  impact_statement: lenient(z.string()),
  action_statement: lenient(z.string()),
  status_notes: lenient(z.string()),
});

const Head = z.looseObject({
  '@id': lenient(z.string().min(1)),
  /** Of the first drafts. */
  id: lenient(z.string().min(1)),
  author: lenient(z.string().min(1)),
  timestamp: lenient(moment),
  last_updated: lenient(moment),
});

const Document = Head.extend({
  /** Ubuntu writes the head of its documents apart. */
  metadata: lenient(Head),
  statements: z.array(z.unknown()),
});

function read(document: unknown, now: number): VexRead {
  const top = Document.safeParse(document);
  if (!top.success) {
    const [issue] = top.error.issues;
    const why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw new GatehouseError('input-invalid', `this is no OpenVEX document: ${why}`);
  }
  const { metadata: apart, statements, ...head } = top.data;
  const validAt = head.last_updated ?? head.timestamp ?? apart?.last_updated ?? apart?.timestamp ?? now;
  const rejected: Rejected[] = [];
  const entries = statements.flatMap((written, index): readonly VexEntry[] => {
    const statement = Statement.safeParse(written);
    if (statement.success) return [entryOf(statement.data, validAt)];
    const why = statement.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    rejected.push({ at: `statements[${index}]`, reason: why.join('; ') });
    return [];
  });
  return {
    document: {
      id: head['@id'] ?? head.id ?? apart?.['@id'] ?? idOfContent(document),
      issuer: head.author ?? apart?.author ?? UNKNOWN_AUTHOR,
      validAt,
      entries,
    },
    statements: entries.length,
    bySeverity: { ...noSeverities(), unknown: entries.length },
    vulnerabilities: new Set(entries.map(({ vulnerability }) => vulnerability)).size,
    rejected,
  };
}

const STATUSES = {
  not_affected: 'not-affected',
  affected: 'affected',
  fixed: 'fixed',
  under_investigation: 'under-investigation',
} as const satisfies Record<string, VexStatus>;

function entryOf(statement: z.output<typeof Statement>, validAt: number): VexEntry {
  const { vulnerability, status, products, subcomponents = [] } = statement;
  const said = [
    status.replace('_', ' '),
    statement.justification,
    statement.impact_statement ?? statement.status_notes ?? statement.action_statement,
  ];
  return {
    vulnerability: typeof vulnerability === 'string' ? vulnerability : nameOf(vulnerability),
    status: STATUSES[status],
    reason: said.filter((one) => one !== undefined && one !== '').join(': '),
    at: statement.last_updated ?? statement.timestamp ?? validAt,
    products: (products ?? []).map((product) => ({
      product: productOf(typeof product === 'string' ? { '@id': product } : product),
      parts: [...subcomponents, ...(typeof product === 'string' ? [] : (product.subcomponents ?? []))].map(
        productOf,
      ),
    })),
  };
}

function nameOf(vulnerability: {
  readonly name?: string | undefined;
  readonly '@id'?: string | undefined;
}): string {
  return vulnerability.name ?? vulnerability['@id'] ?? '';
}

interface Named {
  readonly '@id'?: string | undefined;
  readonly identifiers?: Readonly<Record<string, string>> | undefined;
  readonly hashes?: Readonly<Record<string, string>> | undefined;
}

function productOf({ '@id': id, identifiers = {}, hashes = {} }: Named): VexProduct {
  const purl = identifiers.purl ?? (id?.startsWith('pkg:') === true ? id : undefined);
  const cpe = identifiers.cpe23 ?? identifiers.cpe22;
  const sha256 = hashes['sha-256'] ?? hashes.sha256;
  return {
    ...(purl === undefined ? {} : { purl }),
    ...(cpe === undefined ? {} : { cpe }),
    ...(sha256 === undefined ? {} : { hashes: [`sha256:${sha256.toLowerCase()}`] }),
    ...(id === undefined || id === '' || id === purl ? {} : { name: id }),
  };
}
