/** As a scanner was called, the same file is `./a.py` or `a.py`, and on Windows `a\b.py`: here always `a/b.py`. */
export function sourcePath(name: string): string {
  return name.replaceAll('\\', '/').replace(/^(?:\.\/+)+(?=.)/, '');
}

/** Code without the indentation of its lines, which changes when what surrounds it does. */
export function unindented(code: string): string | undefined {
  const lines = code.split(/\r?\n/).map((line) => line.trim());
  return lines.join('\n').trim() || undefined;
}
