import * as z from 'zod';
import { ASSET_KINDS } from './statement.ts';

export const AssetRefSchema = z.strictObject({ kind: z.enum(ASSET_KINDS), name: z.string().min(1) });

/** A retired asset leaves all counts without anything being resolved. */
export type AssetState = 'active' | 'retired';

export const CRITICALITIES = ['low', 'normal', 'high', 'critical'] as const;
export type Criticality = (typeof CRITICALITIES)[number];
