import type { JsonPath } from '../../platform/json-stream.ts';
import type { JsonObject } from '../loose-values.ts';

/**
 * One thing in a document, in the shape that JSON has it: packages and relationships of version 2, elements of
 * version 3. The envelope comes last, once the file was read to its end.
 */
export type SpdxEvent =
  | {
      readonly kind: 'package' | 'relationship' | 'element';
      readonly path: JsonPath;
      readonly value: unknown;
    }
  | { readonly kind: 'envelope'; readonly value: JsonObject; readonly mayBeCutOff: boolean };
