import * as z from 'zod';
import { GatehouseError } from '../../domain/errors.ts';
import type { Rejected } from '../../domain/statement.ts';
import type { VexEntry, VexProduct, VexStatus } from '../../domain/vex-document.ts';
import type { VexDialect, VexRead } from '../dialect.ts';
import { productsOf } from './product-tree.ts';

/** CSAF 2.0, VEX and security advisories: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html. */
export const csaf: VexDialect = { kind: 'csaf', detect, read };

function detect(text: string): boolean {
  return /^\s*\{/.test(text) && /"csaf_version"\s*:\s*"/.test(text);
}

const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const ids = lenient(z.array(z.string()));

const Vulnerability = z
  .looseObject({
    cve: lenient(z.string().min(1)),
    ids: lenient(z.array(z.looseObject({ text: z.string().min(1) }))),
    product_status: lenient(
      z.looseObject({
        known_not_affected: ids,
        fixed: ids,
        first_fixed: ids,
        known_affected: ids,
        first_affected: ids,
        last_affected: ids,
        under_investigation: ids,
      }),
    ),
    flags: lenient(z.array(z.looseObject({ label: z.string(), product_ids: ids }))),
    threats: lenient(z.array(z.looseObject({ category: z.string(), details: z.string(), product_ids: ids }))),
  })
  .refine((one) => one.cve !== undefined || (one.ids?.length ?? 0) > 0, 'names no vulnerability');

const Document = z.looseObject({
  document: z.looseObject({
    publisher: z.looseObject({ name: z.string().min(1) }),
    tracking: z.looseObject({ id: z.string().min(1), current_release_date: lenient(moment) }),
  }),
  product_tree: z.unknown(),
  vulnerabilities: z.array(z.unknown()).optional(),
});

function read(document: unknown, now: number): VexRead {
  const top = Document.safeParse(document);
  if (!top.success) {
    const [issue] = top.error.issues;
    const why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw new GatehouseError('input-invalid', `this is no CSAF document: ${why}`);
  }
  const { publisher, tracking } = top.data.document;
  const validAt = tracking.current_release_date ?? now;
  const products = productsOf(top.data.product_tree);
  const rejected: Rejected[] = [];
  let statements = 0;
  const entries = (top.data.vulnerabilities ?? []).flatMap((written, index): readonly VexEntry[] => {
    const vulnerability = Vulnerability.safeParse(written);
    if (vulnerability.success) {
      statements += 1;
      return entriesOf(vulnerability.data, products, validAt);
    }
    const why = vulnerability.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`.trim());
    rejected.push({ at: `vulnerabilities[${index}]`, reason: why.join('; ') });
    return [];
  });
  return { document: { id: tracking.id, issuer: publisher.name, validAt, entries }, statements, rejected };
}

const STATUSES = {
  known_not_affected: 'not-affected',
  fixed: 'fixed',
  first_fixed: 'fixed',
  known_affected: 'affected',
  first_affected: 'affected',
  last_affected: 'affected',
  under_investigation: 'under-investigation',
} as const satisfies Record<string, VexStatus>;

function entriesOf(
  vulnerability: z.output<typeof Vulnerability>,
  products: ReadonlyMap<string, { readonly product: VexProduct; readonly parts: readonly VexProduct[] }>,
  at: number,
): readonly VexEntry[] {
  const { cve, ids = [], product_status: status = {}, flags = [], threats = [] } = vulnerability;
  const name = cve ?? ids[0]?.text ?? '';
  return Object.entries(STATUSES).flatMap(([list, meaning]): readonly VexEntry[] => {
    const own = z.array(z.string()).catch([]).parse(status[list]);
    return own.map((id): VexEntry => {
      const why = [
        list.replaceAll('_', ' '),
        flags.find(({ product_ids: of }) => of?.includes(id) ?? false)?.label,
        threats.find(({ category, product_ids: of }) => category === 'impact' && (of?.includes(id) ?? true))
          ?.details,
      ];
      const named = products.get(id);
      return {
        vulnerability: name,
        status: meaning,
        reason: why.filter((one) => one !== undefined).join(': '),
        at,
        products: named === undefined ? [] : [{ product: named.product, parts: [...named.parts] }],
      };
    });
  });
}
