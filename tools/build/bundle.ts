import { cpSync, existsSync, globSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Folders that code reads beside itself; the bundle keeps them beside its files. */
const folders = ['src/sandbox/estate/scans', 'deploy/pipelines'];

/** Packages in CommonJS ask for Node's own modules by `require`, which a module does not have. */
const requireOfModules =
  "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);";

export interface Bundle {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Writes the command line and its threads to `folder`, all files side by side: a thread is found beside the code that
 * starts it, in a checkout and in a bundle alike. Code that only some commands need lies in files of its own, so that
 * starting reads little.
 *
 * Throws when two entries have one name, or when esbuild cannot build.
 */
export async function buildBundle(folder: string): Promise<Bundle> {
  const entries = ['src/main/cli.ts', ...globSync('src/**/*-thread.ts', { cwd: root })];
  const names = entries.map((entry) => basename(entry));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0)
    throw new Error(`several entries are called ${twice.join(', ')}; each name is a file`);

  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Asked for by pg, and only used where somebody installed it.
    external: ['pg-native'],
    banner: { js: requireOfModules },
    metafile: true,
    logLevel: 'warning',
  });
  for (const beside of folders.filter((name) => existsSync(join(root, name))))
    cpSync(join(root, beside), join(folder, basename(beside)), { recursive: true });
  const outputs = Object.values(metafile.outputs);
  return { files: outputs.length, bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0) };
}
