/** What the machine says of a file that cannot be read or written, in words where there are some. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'its permissions do not let us',
  EPERM: 'its permissions do not let us',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
  EEXIST: 'it is there already, and stays as it is',
  ENOSPC: 'the disk is full',
  EDQUOT: 'there is no more room for us on that disk',
  EROFS: 'its disk is read-only',
  EFBIG: 'it would be too large',
  EIO: 'its disk failed',
};
