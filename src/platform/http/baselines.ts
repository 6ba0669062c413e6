/**
 * What each kind of call takes when the server is at ease. A list page and a detail differ by nature, so a call is
 * compared with its own kind; only the ratio (as a logarithm, which tames outliers) goes to the limiter.
 */
export interface Baselines {
  /** ln(latency / what is usual), or undefined while the kind is still being learnt. */
  observe(shape: string, latencyMs: number): number | undefined;
  /** Closes the window. Quicker than usual is always believed; slower only when no queue was seen. */
  adapt(atEase: boolean): void;
  /** The server is slower for everyone: what was just seen is the new usual. */
  acceptCurrent(): void;
}

interface Kind {
  usual: number;
  learning: number;
  /** Answers the baseline rests on, as far as they matter. */
  samples: number;
  count: number;
  sum: number;
}

const MOST_KINDS = 64;
/** So few in a window say nothing. */
const LEAST_SAMPLES = 3;

/** `firstRound`: how many calls start before any answer is in; they set the first baseline. */
export function createBaselines(firstRound: number): Baselines {
  const kinds = new Map<string, Kind>();

  function kindOf(shape: string): Kind {
    const key = kinds.has(shape) || kinds.size < MOST_KINDS ? shape : '';
    let kind = kinds.get(key);
    if (!kind) {
      kind = { usual: 0, learning: Math.max(1, firstRound), samples: 0, count: 0, sum: 0 };
      kinds.set(key, kind);
    }
    return kind;
  }

  function closeWindow(share: (kind: Kind, drift: number) => number): void {
    for (const kind of kinds.values()) {
      if (kind.learning <= 0 && kind.count >= LEAST_SAMPLES) {
        const drift = kind.sum / kind.count;
        kind.usual += drift * share(kind, drift);
        kind.samples += kind.count;
      }
      if (kind.learning <= 0) Object.assign(kind, { count: 0, sum: 0 });
    }
  }

  return {
    observe(shape, latencyMs) {
      const kind = kindOf(shape);
      const size = Math.log(Math.max(1, latencyMs));
      kind.count += 1;
      if (kind.learning > 0) {
        kind.sum += size;
        kind.learning -= 1;
        kind.usual = kind.sum / kind.count;
        kind.samples = kind.count;
        if (kind.learning === 0) Object.assign(kind, { count: 0, sum: 0 });
        return undefined;
      }
      kind.sum += size - kind.usual;
      return size - kind.usual;
    },
    adapt: (atEase) =>
      closeWindow((kind, drift) => {
        if (!atEase) return drift < 0 ? 0.5 : 0;
        const pooled = kind.count / (kind.samples + kind.count);
        return drift < 0 ? Math.max(0.5, pooled) : Math.max(0.1, pooled);
      }),
    acceptCurrent: () => closeWindow(() => 1),
  };
}

/** `/api/v2/problems/8A3F` and `/api/v2/problems/77B0` are one kind of call: what holds a digit is taken for a name. */
export function shapeOf(method: string, path: string): string {
  return `${method} ${path.replace(/[^/]*\d[^/]*/g, '*')}`;
}
