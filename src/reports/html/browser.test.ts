/** The HTML report as a real browser shows and prints it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, it, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { browserNeed, hasBrowser, openBrowser } from '../../../test/support/browser.ts';
import { makeFolder } from '../../../test/support/cli.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { aFullVerdict, aHostileVerdict, written } from '../fixtures/verdicts.ts';
import { htmlReport } from './index.ts';

interface Shown extends AsyncDisposable {
  readonly page: Page;
  /** What was asked for beside the file itself. */
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

if (hasBrowser()) describe('the HTML report in a browser', tests);
else test(`the HTML report in a browser is left out: needed: ${browserNeed}`);

function tests(): void {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  async function show(
    verdict: Verdict,
    options: { readonly colorScheme?: 'dark' | 'light' } = {},
  ): Promise<Shown> {
    const folder = await makeFolder();
    const file = folder.file('verdict.html');
    await writeFile(file, written(htmlReport, verdict));
    const address = pathToFileURL(file).href;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      if (request.url() !== address) requests.push(request.url());
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', async (dialog) => {
      complaints.push(dialog.message());
      await dialog.dismiss();
    });
    await page.goto(address, { waitUntil: 'load' });
    return {
      page,
      requests,
      complaints,
      [Symbol.asyncDispose]: async () => {
        await context.close();
        await folder[Symbol.asyncDispose]();
      },
    };
  }

  for (const [name, verdict] of Object.entries({
    'a verdict with everything in it': aFullVerdict(),
    'a verdict nobody means well with': aHostileVerdict(),
  })) {
    it(`of ${name} asks for nothing, runs nothing and raises no complaint`, async () => {
      await using shown = await show(verdict);

      assert.deepEqual(shown.requests, []);
      assert.deepEqual(shown.complaints, []);
      assert.equal(await shown.page.locator('script, img, a, iframe, form').count(), 0);
    });
  }

  it('is styled by its own style, which its policy lets through', async () => {
    await using shown = await show(aFullVerdict());

    const colour = await shown.page.evaluate('getComputedStyle(document.querySelector("h1 .word")).color');
    assert.equal(colour, 'rgb(164, 14, 38)');
  });

  it('is dark where the reader wants it dark', async () => {
    await using shown = await show(aFullVerdict(), { colorScheme: 'dark' });

    const ground = await shown.page.evaluate('getComputedStyle(document.body).backgroundColor');
    assert.equal(ground, 'rgb(22, 25, 29)');
  });

  it('fits a narrow window: tables move by themselves, the page does not', async () => {
    await using shown = await show(aHostileVerdict());
    await shown.page.setViewportSize({ width: 400, height: 800 });

    const overflow = await shown.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    assert.ok(Number(overflow) <= 0, `${overflow} px too wide`);
  });

  it('is reached part by part with the keyboard', async () => {
    await using shown = await show(aFullVerdict());

    await shown.page.keyboard.press('Tab');

    const name = await shown.page.evaluate('document.activeElement.getAttribute("aria-label")');
    assert.equal(name, 'Reasons of the verdict');
  });

  it('prints, on light paper also from a dark screen', async () => {
    await using shown = await show(aFullVerdict(), { colorScheme: 'dark' });

    const pdf = await shown.page.pdf({ format: 'A4' });
    await shown.page.emulateMedia({ media: 'print' });
    const ground = await shown.page.evaluate('getComputedStyle(document.body).backgroundColor');

    assert.equal(pdf.subarray(0, 5).toString('latin1'), '%PDF-');
    assert.ok(pdf.length > 10_000);
    assert.equal(ground, 'rgb(255, 255, 255)');
  });
}
