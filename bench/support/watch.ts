import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Watched } from './child.ts';

/** Runs `work` in this thread and watches the process meanwhile. */
export async function watch<T>(work: () => Promise<T>): Promise<Watched<T>> {
  let peak = process.memoryUsage.rss();
  const sample = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const sampler = setInterval(sample, 10);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  const result = await work();
  const ms = performance.now() - startedAt;
  delay.disable();
  clearInterval(sampler);
  sample();
  return { result, ms, peakMb: peak / 1e6, stallMs: delay.max / 1e6 };
}

/** Keeps this thread busy: a planted slowdown. */
export function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
