import * as z from 'zod';
import { GatehouseError } from '../../domain/errors.ts';
import { noSeverities, type Severity } from '../../domain/severity.ts';
import type { Rejected } from '../../domain/statement.ts';
import type { VexEntry, VexProduct, VexStatus } from '../../domain/vex-document.ts';
import type { VexDialect, VexRead } from '../dialect.ts';
import { idOfContent, UNKNOWN_AUTHOR } from '../unnamed.ts';
import { productsOf } from './product-tree.ts';

/** CSAF 2.0 and 2.1, VEX and security advisories: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html. */
export const csaf: VexDialect = { kind: 'csaf', detect, read };

function detect(text: string): boolean {
  return /^\s*\{/.test(text) && /"csaf_version"\s*:\s*"/.test(text);
}

const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const ids = lenient(z.array(z.string()));
const rating = lenient(z.looseObject({ baseSeverity: lenient(z.string()) }));

/** The standard asks for none of them: a vulnerability may have only a title, or not even that. */
const Vulnerability = z.looseObject({
  cve: lenient(z.string().min(1)),
  ids: lenient(z.array(z.looseObject({ text: z.string().min(1) }))),
  title: lenient(z.string().min(1)),
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
  scores: lenient(z.array(z.looseObject({ cvss_v3: rating }))),
  /** What version 2.1 has in place of scores. */
  metrics: lenient(
    z.array(z.looseObject({ content: lenient(z.looseObject({ cvss_v3: rating, cvss_v4: rating })) })),
  ),
  flags: lenient(z.array(z.looseObject({ label: z.string(), product_ids: ids }))),
  threats: lenient(z.array(z.looseObject({ category: z.string(), details: z.string(), product_ids: ids }))),
});
type Vulnerability = z.output<typeof Vulnerability>;

const Document = z.looseObject({
  /** The standard asks for a publisher and for tracking; who writes by hand leaves them out. */
  document: z.looseObject({
    csaf_version: z.string(),
    publisher: lenient(z.looseObject({ name: lenient(z.string().min(1)) })),
    tracking: lenient(
      z.looseObject({ id: lenient(z.string().min(1)), current_release_date: lenient(moment) }),
    ),
  }),
  /** Advisories that are about no product in particular have none. */
  product_tree: z.unknown().optional(),
  vulnerabilities: z.array(z.unknown()).nullish(),
});

function read(document: unknown, now: number): VexRead {
  const top = Document.safeParse(document);
  if (!top.success) {
    const [issue] = top.error.issues;
    const why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw new GatehouseError('input-invalid', `this is no CSAF document: ${why}`);
  }
  const { publisher, tracking } = top.data.document;
  const validAt = tracking?.current_release_date ?? now;
  const products = productsOf(top.data.product_tree);
  const rejected: Rejected[] = [];
  const bySeverity = noSeverities();
  const names = new Set<string>();
  let statements = 0;
  const entries = (top.data.vulnerabilities ?? []).flatMap((written, index): readonly VexEntry[] => {
    const vulnerability = Vulnerability.safeParse(written);
    if (vulnerability.success) {
      const name = nameOf(vulnerability.data);
      statements += 1;
      bySeverity[severityOf(vulnerability.data)] += 1;
      if (name === undefined) return [];
      names.add(name);
      return entriesOf(name, vulnerability.data, products, validAt);
    }
    const why = vulnerability.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`.trim());
    rejected.push({ at: `vulnerabilities[${index}]`, reason: why.join('; ') });
    return [];
  });
  return {
    document: {
      id: tracking?.id ?? idOfContent(document),
      issuer: publisher?.name ?? UNKNOWN_AUTHOR,
      validAt,
      entries,
    },
    statements,
    bySeverity,
    vulnerabilities: names.size,
    rejected,
  };
}

/** What has no name counts as a statement, but nothing can be matched to it. */
function nameOf({ cve, ids = [], title }: Vulnerability): string | undefined {
  return cve ?? ids[0]?.text ?? title;
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['NONE', 'info'],
]);

/** Scores differ by product; the first stands for the vulnerability. */
function severityOf({ scores = [], metrics = [] }: Vulnerability): Severity {
  const { cvss_v3, cvss_v4 } = metrics[0]?.content ?? {};
  const first = scores[0]?.cvss_v3 ?? cvss_v3 ?? cvss_v4;
  return SEVERITIES.get(first?.baseSeverity?.toUpperCase() ?? '') ?? 'unknown';
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
  name: string,
  { product_status: status = {}, flags = [], threats = [] }: Vulnerability,
  products: ReadonlyMap<string, { readonly product: VexProduct; readonly parts: readonly VexProduct[] }>,
  at: number,
): readonly VexEntry[] {
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
