/** The command line. Started by `bin/gatehouse.js`. */
import { version } from './version.ts';

const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  // Asked often by scripts and by people in doubt: nothing else is loaded.
  process.stdout.write(`${version}\n`);
  process.exitCode = 0;
} else {
  const [{ runOnProcess }, { commands }] = await Promise.all([
    import('./run-on-process.ts'),
    import('./commands.ts'),
  ]);
  await runOnProcess(argv, commands);
}
