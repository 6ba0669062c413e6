import * as z from 'zod';
import type { VexProduct } from '../../domain/vex-document.ts';

const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const FullName = z.looseObject({
  product_id: z.string(),
  name: lenient(z.string().min(1)),
  product_identification_helper: lenient(
    z.looseObject({
      purl: lenient(z.string().min(1)),
      cpe: lenient(z.string().min(1)),
      hashes: lenient(
        z.array(
          z.looseObject({
            file_hashes: z.array(z.looseObject({ algorithm: z.string(), value: z.string() })),
          }),
        ),
      ),
    }),
  ),
});

const Tree = z.looseObject({
  branches: lenient(z.array(z.unknown())),
  full_product_names: lenient(z.array(z.unknown())),
  relationships: lenient(z.array(z.unknown())),
});

const Branch = z.looseObject({ product: lenient(FullName), branches: lenient(z.array(z.unknown())) });

/** `product_reference` is a part of (or runs on) `relates_to_product_reference`, and both together have an id. */
const Relationship = z.looseObject({
  full_product_name: FullName,
  product_reference: z.string(),
  relates_to_product_reference: z.string(),
});

interface Named {
  readonly product: VexProduct;
  readonly parts: readonly VexProduct[];
}

const DEEPEST = 100;

/** Every id of the tree with what it names. */
export function productsOf(written: unknown): ReadonlyMap<string, Named> {
  const tree = Tree.catch({}).parse(written ?? {});
  const products = new Map<string, Named>();
  const add = (full: z.output<typeof FullName>): void => {
    products.set(full.product_id, { product: productOf(full), parts: [] });
  };
  const walk = (branches: readonly unknown[], depth: number): void => {
    for (const one of branches) {
      const branch = Branch.safeParse(one);
      if (!branch.success) continue;
      if (branch.data.product !== undefined) add(branch.data.product);
      if (depth < DEEPEST) walk(branch.data.branches ?? [], depth + 1);
    }
  };
  walk(tree.branches ?? [], 0);
  for (const one of tree.full_product_names ?? []) {
    const full = FullName.safeParse(one);
    if (full.success) add(full.data);
  }
  for (const one of tree.relationships ?? []) {
    const relation = Relationship.safeParse(one);
    if (!relation.success) continue;
    const {
      full_product_name: full,
      product_reference: part,
      relates_to_product_reference: whole,
    } = relation.data;
    const [owner, inside] = [products.get(whole)?.product, products.get(part)?.product];
    if (owner !== undefined && inside !== undefined)
      products.set(full.product_id, { product: owner, parts: [inside] });
  }
  return products;
}

function productOf({ name, product_identification_helper: helper }: z.output<typeof FullName>): VexProduct {
  const hashes = (helper?.hashes ?? [])
    .flatMap((one) => one.file_hashes)
    .filter(({ algorithm }) => algorithm.toLowerCase() === 'sha256')
    .map(({ value }) => `sha256:${value.toLowerCase()}`);
  return {
    ...(helper?.purl === undefined ? {} : { purl: helper.purl }),
    ...(helper?.cpe === undefined ? {} : { cpe: helper.cpe }),
    ...(hashes.length === 0 ? {} : { hashes }),
    ...(name === undefined ? {} : { name }),
  };
}
