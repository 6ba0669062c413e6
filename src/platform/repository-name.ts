/**
 * `github.com/team/app` of a repository's address, however it is written; undefined for what is no address (a folder
 * on disk says nothing about which repository it is).
 */
export function repositoryNameOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const secureShell = /^[\w.-]+@([\w.-]+):(?!\/\/)(.+)$/.exec(address);
  if (secureShell !== null) return named(secureShell[1] ?? '', secureShell[2] ?? '');
  if (/^(https?|ssh|git|git\+https?|git\+ssh):\/\//i.test(address) && URL.canParse(address)) {
    const { hostname, pathname } = new URL(address);
    return named(hostname, pathname);
  }
  const bare = /^((?:github|gitlab|bitbucket|codeberg)\.(?:[\w-]+\.)*[a-z]{2,})(\/[\w./~-]+)$/i.exec(address);
  return bare === null ? undefined : named(bare[1] ?? '', bare[2] ?? '');
}

function named(host: string, path: string): string | undefined {
  const trimmed = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  return host === '' || trimmed === '' ? undefined : `${host.toLowerCase()}/${trimmed}`;
}
