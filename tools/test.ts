/**
 * `npm test [-- PATH…]`: every test, or those below the paths. What cannot run here is said at the start and at the
 * end; with CI=true leaving something out is a failure.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missingNeeds } from '../test/support/needs.ts';
import { runTests } from './test/run-tests.ts';

const help = `npm test [-- [--only] PATH… [--name PATTERN]]
  PATH     files and folders, e.g. src/policy; without one, everything
  PATTERN  only tests whose name matches, e.g. "a waiver"
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    name: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
} else {
  process.exitCode = await runTests({
    root: fileURLToPath(new URL('../', import.meta.url)),
    paths: [...values.only, ...positionals],
    name: values.name,
    missing: missingNeeds(),
    isCi: process.env.CI === 'true',
    // The slowest take half a minute on an idle machine.
    fileSeconds: 300,
  });
}
