import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { ok, type Point, problem, warning } from './point.ts';

const OLDEST_NODE = 24;
const MB = 1_000_000;
/** A first collection of a large estate and its work files fit into the second; nothing useful fits into the first. */
const NEEDED_BYTES = 100 * MB;
const WANTED_BYTES = 1000 * MB;

export function nodePoint(version: string): Point {
  const major = Number(version.split('.')[0]);
  if (major >= OLDEST_NODE) return ok('node', `Node ${version}`);
  return problem('node', `Node ${version} is too old`, `install Node ${OLDEST_NODE} or newer`);
}

/** Of the store's file, where it is one, and of the folder for work files. */
export async function diskPoints(store: string): Promise<readonly Point[]> {
  const places = store.startsWith('sqlite:')
    ? [dirname(store.slice('sqlite:'.length)), tmpdir()]
    : [tmpdir()];
  const free = await Promise.all(places.map(freeAt));
  return places.map((place, index) => diskPoint(place, free[index]));
}

export function diskPoint(place: string, free: number | undefined): Point {
  if (free === undefined) return warning('disk', `how much is free at ${place} is not known`);
  const says = `${Math.floor(free / MB)} MB free at ${place}`;
  if (free < NEEDED_BYTES) return problem('disk', says, 'make room, or name another place');
  if (free < WANTED_BYTES)
    return warning('disk', says, 'make room soon: a store of a large estate takes more');
  return ok('disk', says);
}

/** In the nearest folder that is there, bytes. */
async function freeAt(place: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(place);
    return bavail * bsize;
  } catch {
    const above = dirname(place);
    return above === place ? undefined : await freeAt(above);
  }
}
