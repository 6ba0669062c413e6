import type { Random } from '../data/random.ts';
import type { Endpoint, Latencies, Latency } from '../options.ts';

/** How long this answer takes, in ms. */
export function drawLatencyMs(latency: Latency, random: Random): number {
  if (typeof latency === 'number') return latency;
  switch (latency.kind) {
    case 'fixed':
      return latency.ms;
    case 'uniform':
      return latency.minMs + (latency.maxMs - latency.minMs) * random.next();
    case 'lognormal':
      return Math.min(
        latency.medianMs * Math.exp(latency.sigma * random.normal()),
        latency.maxMs ?? Number.POSITIVE_INFINITY,
      );
  }
}

export function latencyOf(latencies: Latencies, endpoint: Endpoint): Latency {
  return latencies[endpoint] ?? latencies.default ?? 0;
}
