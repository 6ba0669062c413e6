import type { Style } from './style.ts';

/** Where a verdict is drawn. */
export interface Canvas {
  readonly style: Style;
  readonly width: number;
  readonly findingsShown: number;
}
