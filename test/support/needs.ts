import { existsSync } from 'node:fs';
import { isPostgresHere, postgresNeed } from './postgres.ts';

interface Need {
  /** What it is, and how to get it. */
  readonly name: string;
  isHere(): boolean;
}

/** What some tests need of the machine that not every machine has. */
const needs: readonly Need[] = [
  { name: postgresNeed, isHere: isPostgresHere },
  {
    name: 'real scans and specifications: the folder shared/data beside this checkout',
    isHere: () => existsSync(new URL('../../../shared/data', import.meta.url)),
  },
];

export function missingNeeds(): readonly string[] {
  return needs.filter((need) => !need.isHere()).map((need) => need.name);
}
