import type { JsonPath } from '../../platform/json-stream.ts';
import type { JsonObject } from '../loose-values.ts';

/** One thing in a BOM; XML is given in the shape that JSON has. The envelope comes last, once the file was whole. */
export type BomEvent =
  | {
      readonly kind: 'component' | 'service' | 'vulnerability';
      readonly path: JsonPath;
      readonly value: unknown;
    }
  | { readonly kind: 'envelope'; readonly value: JsonObject };
