/**
 * GitLab: one note on the merge request, changed when the gate runs again, and a status of the commit.
 * https://docs.gitlab.com/api/notes, https://docs.gitlab.com/api/commits#set-commit-pipeline-status
 */
import * as z from 'zod';
import { GatehouseError } from '../../domain/errors.ts';
import type { HttpClient } from '../../platform/http/client.ts';
import {
  type Announcement,
  type CodeHost,
  type Environment,
  markerOf,
  type Place,
  withinLength,
} from '../announcement.ts';

/** Characters; GitLab takes up to a million, more than anybody reads. */
const LONGEST_NOTE = 100_000;
const LONGEST_DESCRIPTION = 255;
const PUBLIC_API = 'https://gitlab.com/api/v4';
const PER_PAGE = 100;
const MOST_PAGES = 30;

export const gitlab: CodeHost = {
  kind: 'gitlab',
  isHere: (env) => env.GITLAB_CI === 'true',
  place: async (env) => placeOf(env),
};

interface Target {
  readonly project: string;
  readonly commit: string;
  readonly mergeRequest: string | undefined;
  readonly pipeline: number | undefined;
}

function placeOf(env: Environment): Place {
  const target = targetOf(env);
  return {
    baseUrl: env.CI_API_V4_URL ?? PUBLIC_API,
    isOwnHost: (env.CI_API_V4_URL ?? PUBLIC_API) !== PUBLIC_API,
    // The job's own token may not write notes.
    token: { variable: 'GITLAB_TOKEN', header: 'private-token', prefix: '' },
    headers: {},
    accessHint: 'GITLAB_TOKEN needs the scope api and the role Reporter for notes, Developer for the status',
    async announce(http, announcement, signal) {
      const said = [await status(http, target, announcement, signal)];
      if (target.mergeRequest === undefined) return [...said, 'no merge request here, so no note'];
      return [...said, await note(http, target, target.mergeRequest, announcement, signal)];
    },
  };
}

function targetOf(env: Environment): Target {
  const { CI_PROJECT_ID: project, CI_PIPELINE_ID: pipeline } = env;
  const commit = env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || env.CI_COMMIT_SHA;
  if (project === undefined || commit === undefined) {
    throw new GatehouseError(
      'config-invalid',
      'CI_PROJECT_ID or CI_COMMIT_SHA is not set: announce from a GitLab CI job',
    );
  }
  return {
    project,
    commit,
    mergeRequest: env.CI_MERGE_REQUEST_IID,
    pipeline: pipeline === undefined ? undefined : Number(pipeline),
  };
}

async function status(
  http: HttpClient,
  { project, commit, pipeline }: Target,
  { isOpen, title }: Announcement,
  signal: AbortSignal,
): Promise<string> {
  const state = isOpen ? 'success' : 'failed';
  await http.request({
    method: 'POST',
    path: ['projects', project, 'statuses', commit],
    json: {
      state,
      name: 'gatehouse',
      description: title.length > LONGEST_DESCRIPTION ? `${title.slice(0, LONGEST_DESCRIPTION - 1)}…` : title,
      ...(pipeline === undefined ? {} : { pipeline_id: pipeline }),
    },
    expect: 'json',
    signal,
  });
  return `status of ${commit.slice(0, 12)}: ${state}`;
}

async function note(
  http: HttpClient,
  { project }: Target,
  mergeRequest: string,
  { key, markdown }: Announcement,
  signal: AbortSignal,
): Promise<string> {
  const marker = markerOf(key);
  const notes = ['projects', project, 'merge_requests', mergeRequest, 'notes'];
  const own = await findNote(http, notes, marker, signal);
  await http.request({
    method: own === undefined ? 'POST' : 'PUT',
    path: own === undefined ? notes : [...notes, String(own)],
    json: { body: withinLength(`${marker}\n${markdown}`, LONGEST_NOTE) },
    expect: 'json',
    signal,
  });
  return `note on merge request ${mergeRequest}: ${own === undefined ? 'made' : 'changed'}`;
}

const Notes = z.array(z.looseObject({ id: z.int(), body: z.string() }));

async function findNote(
  http: HttpClient,
  path: readonly string[],
  marker: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { body } = await http.getJson(path, { query: { per_page: PER_PAGE, page, sort: 'asc' }, signal });
    const notes = Notes.parse(body);
    const own = notes.find((one) => one.body.startsWith(marker));
    if (own !== undefined) return own.id;
    if (notes.length < PER_PAGE) return undefined;
  }
  return undefined;
}
