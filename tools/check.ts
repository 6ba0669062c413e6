/** `npm run check [-- STEP…]`: everything about the code that is true without running it. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkLayers } from './check/layers.ts';
import { programStep, runSteps, type Step } from './check/steps.ts';
import { checkWords } from './check/tree.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const packages = join(root, 'node_modules');
const node = process.execPath;

const steps: readonly Step[] = [
  programStep('types', node, [join(packages, 'typescript7/bin/tsc'), '-p', 'tsconfig.json'], root),
  programStep('style', join(packages, '.bin/biome'), ['check', '--error-on-warnings', '--colors=off'], root),
  programStep(
    'unused',
    node,
    [join(packages, 'knip/bin/knip.js'), '--no-progress', '--treat-config-hints-as-errors'],
    root,
  ),
  {
    name: 'layers',
    run: async () => (await checkLayers(root, join(root, '.dependency-cruiser.mjs'))).faults.join('\n'),
  },
  { name: 'words', run: async () => checkWords(root).join('\n') },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `check: no step ${unknown.join(', ')}; there are ${steps.map((step) => step.name).join(', ')}\n`,
  );
  process.exit(2);
}
const chosen = wanted.length === 0 ? steps : steps.filter((step) => wanted.includes(step.name));
const isWell = await runSteps(chosen, (text) => process.stdout.write(text));
process.exitCode = isWell ? 0 : 1;
