/** `npm run build`: the bundle that a release ships, in dist/. */
import { fileURLToPath } from 'node:url';
import { buildBundle } from './build/bundle.ts';

const startedAt = performance.now();
const { files, bytes } = await buildBundle(fileURLToPath(new URL('../dist', import.meta.url)));
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
process.stdout.write(`dist: ${files} files, ${Math.round(bytes / 1000)} kB, in ${seconds} s\n`);
