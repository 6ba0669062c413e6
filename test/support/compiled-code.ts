const folder = process.env.NODE_COMPILE_CACHE;

/** For programs with an environment of their own: what the run of tests has compiled once is not compiled again. */
export const COMPILED_CODE: Readonly<Record<string, string>> =
  folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
