/**
 * Loaded before every test (`--import`): a file that has not ended in time, because a test hangs or something was left
 * open, fails and says so. Node’s own limit holds for tests, not for what they leave behind.
 */
import { isMainThread } from 'node:worker_threads';

const seconds = Number(process.env.GATEHOUSE_TEST_FILE_SECONDS);

// The runner loads this too, and must outlive its files.
if (isMainThread && process.env.NODE_TEST_CONTEXT && seconds > 0) {
  setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(', ');
    process.stderr.write(`${process.argv[1]} has not ended after ${seconds} s; open: ${open}\n`);
    process.exit(1);
  }, seconds * 1000).unref();
}
