import { csaf } from './csaf/index.ts';
import type { VexDialect } from './dialect.ts';
import { openvex } from './openvex/index.ts';

/** Every dialect, one line each. CycloneDX says it within its bill of materials, which is a scan format. */
export const DIALECTS: readonly VexDialect[] = [csaf, openvex];

/** The one that knows the start of a file as its own. */
export function dialectOf(text: string): VexDialect | undefined {
  return DIALECTS.find((dialect) => dialect.detect(text));
}
