import { existsSync } from 'node:fs';
import { browserNeed, isBrowserHere } from './browser.ts';
import { isPostgresHere, postgresNeed } from './postgres.ts';
import { areShellsHere, shellsNeed } from './shells.ts';
import { isTerminalHere, terminalNeed } from './terminal.ts';

interface Need {
  /** What it is, and how to get it. */
  readonly name: string;
  isHere(): boolean;
}

/** What some tests need of the machine that not every machine has. */
const needs: readonly Need[] = [
  { name: postgresNeed, isHere: isPostgresHere },
  { name: browserNeed, isHere: isBrowserHere },
  { name: terminalNeed, isHere: isTerminalHere },
  { name: shellsNeed, isHere: areShellsHere },
  {
    name: 'real scans and specifications: the folder shared/data beside this checkout',
    isHere: () => existsSync(new URL('../../../shared/data', import.meta.url)),
  },
];

export function missingNeeds(): readonly string[] {
  return needs.filter((need) => !need.isHere()).map((need) => need.name);
}
