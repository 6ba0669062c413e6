export interface SlowRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Proof {
  readonly isProved: boolean;
  /** In words: which figures missed, or why this proves nothing. */
  readonly told: string;
}

/** What a bench that was slowed down shows: it can fail when it missed a figure, and only then. */
export function judgeProof({ code, stdout, stderr }: SlowRun): Proof {
  if (code === 0) return { isProved: false, told: 'passed in spite of the slowdown: it cannot fail' };
  if (code !== 1) return { isProved: false, told: `broke down (${code}): ${stderr.trim() || stdout.trim()}` };
  const figures = figuresOf(stdout.trimEnd().split('\n').at(-1) ?? '');
  const missed = figures.filter(({ ok }) => !ok).map(({ name }) => name);
  const held = figures.filter(({ ok }) => ok).map(({ name }) => name);
  if (missed.length === 0) return { isProved: false, told: 'failed without saying which figure missed' };
  return {
    isProved: true,
    told: `missed ${missed.join('; ')}${held.length > 0 ? ` (held: ${held.join('; ')})` : ''}`,
  };
}

function figuresOf(lastLine: string): readonly { name: string; ok: boolean }[] {
  if (!lastLine.startsWith('{')) return [];
  const { figures = [] } = JSON.parse(lastLine);
  return figures;
}
