const SMALLEST_WINDOW = 512 * 1024;

/** The stretch of the file that is in memory: bytes[at, end) is unread, and begins at byte `base` + `at` of the file. */
export class ByteWindow {
  bytes = Buffer.allocUnsafeSlow(SMALLEST_WINDOW);
  at = 0;
  end = 0;
  base = 0;

  /** Appends a copy of the chunk and lets go of what lies before `keptFrom`, which moves to 0. */
  append(chunk: Uint8Array, keptFrom: number): void {
    const kept = this.end - keptFrom;
    const needed = kept + chunk.length;
    const isOversized = this.bytes.length > 4 * Math.max(needed, SMALLEST_WINDOW);
    if (needed > this.bytes.length || isOversized) {
      const other = Buffer.allocUnsafeSlow(Math.max(2 * needed, SMALLEST_WINDOW));
      this.bytes.copy(other, 0, keptFrom, this.end);
      this.bytes = other;
    } else if (keptFrom > 0) this.bytes.copyWithin(0, keptFrom, this.end);
    this.bytes.set(chunk, kept);
    this.at -= keptFrom;
    this.base += keptFrom;
    this.end = needed;
  }

  /** True when a byte that is not white space stands at `at`; false when the window is used up. */
  skipSpace(): boolean {
    let at = this.at;
    while (at < this.end) {
      const byte = this.bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at++;
    }
    this.at = at;
    return at < this.end;
  }
}
