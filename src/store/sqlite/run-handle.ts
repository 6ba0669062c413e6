/** A run that is open in the writer thread, as the other side of the wall knows it. */
export interface RunHandle {
  readonly id: number;
  readonly observedAt: number;
  readonly recordedAt: number;
  readonly cursor: string | undefined;
}
