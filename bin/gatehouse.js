#!/usr/bin/env node
// Plain JavaScript of 2020: it must still parse, and explain itself, on a Node that cannot run the rest.
const major = Number(process.versions.node.split('.')[0]);

// Until a command says otherwise this is a failure: a crash must never look like GO (0) or NO-GO (1).
process.exitCode = 2;

if (major < 24) {
  process.stderr.write(
    `Gatehouse needs Node 24 or newer; this is ${process.version} (${process.execPath}).\n` +
      'In a checkout: npm install, then npm run -s gatehouse -- …\n',
  );
} else {
  start().catch((error) => {
    process.stderr.write(`gatehouse: could not start: ${error.stack}\n`);
    process.exit(2);
  });
}

async function start() {
  const { existsSync } = await import('node:fs');
  await keepCompiledCode();
  // `npm run` moves to the package; file names are meant from where the person is.
  if (process.env.npm_lifecycle_event === 'gatehouse' && process.env.INIT_CWD)
    process.chdir(process.env.INIT_CWD);
  const source = new URL('../src/main/cli.ts', import.meta.url);
  const bundle = new URL('../dist/cli.js', import.meta.url);
  await import((existsSync(source) ? source : bundle).href);
}

// Node's own default is a folder in the shared temporary directory, where another user could lay code ready for us.
async function keepCompiledCode() {
  const { enableCompileCache } = await import('node:module');
  const { homedir } = await import('node:os');
  const { join } = await import('node:path');
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  // Threads know of it by the environment alone.
  const folder = process.env.NODE_COMPILE_CACHE || join(caches, 'gatehouse', 'code');
  process.env.NODE_COMPILE_CACHE = folder;
  enableCompileCache(folder);
}
