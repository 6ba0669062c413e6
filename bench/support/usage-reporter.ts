/** Loaded before the command line: leaves what the process cost in the file that the bench names. */
import { writeFileSync } from 'node:fs';

const file = process.env.GATEHOUSE_BENCH_USAGE;
if (file === undefined) throw new Error('GATEHOUSE_BENCH_USAGE names no file');
process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(file, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMb: maxRSS / 1024 }));
});
