import * as z from 'zod';

/** Keys that a schema has at a path: what was meant by one that it does not know. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const inner = unwrapped(schema);
  const [step, ...others] = path;
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => keysAt(option, path));
  if (inner instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(inner.shape);
    return Object.hasOwn(inner.shape, step) ? keysAt(inner.shape[String(step)], others) : [];
  }
  if (step === undefined) return [];
  if (inner instanceof z.ZodArray) return keysAt(inner.element, others);
  return inner instanceof z.ZodRecord ? keysAt(inner.valueType, others) : [];
}

/** What a default, a transformation and the like are made over. */
function unwrapped(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrapped(schema.def.innerType);
  }
  if (!(schema instanceof z.ZodPipe)) return schema;
  // `preprocess` pipes into the schema, `transform` out of it.
  return unwrapped(schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in);
}
