export interface Point {
  /** What was looked at: `node`, `store`, `source production`. */
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly says: string;
  /** What to try; undefined: nothing needs to be done, or `says` says it. */
  readonly todo?: string | undefined;
}

export function ok(about: string, says: string): Point {
  return { about, state: 'ok', says };
}

export function warning(about: string, says: string, todo?: string): Point {
  return { about, state: 'warning', says, todo };
}

export function problem(about: string, says: string, todo?: string): Point {
  return { about, state: 'problem', says, todo };
}
