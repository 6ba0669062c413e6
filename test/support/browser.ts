/** A real browser for tests: Chromium as the machine has it, without a window, and with no way to any network. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** What tests in a browser need, for the message that says they were left out. */
export const browserNeed =
  'Chromium: install the package chromium, or set GATEHOUSE_TEST_CHROMIUM to its path';

function findBrowser(): string | undefined {
  const named = process.env.GATEHOUSE_TEST_CHROMIUM;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

export function isBrowserHere(): boolean {
  return findBrowser() !== undefined;
}

/** Whether tests in a browser can run here. With CI=true their absence is a failure, not a gap: then this throws. */
export function hasBrowser(): boolean {
  if (isBrowserHere()) return true;
  if (process.env.CI === 'true')
    throw new Error(`tests may not be left out with CI=true; needed: ${browserNeed}`);
  return false;
}

/** Whoever asks closes it. Every name leads to nothing, so that what a page would load fails instead. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(`no browser here; needed: ${browserNeed}`);
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND'];
  return await chromium.launch({ executablePath, args });
}
