/**
 * GitHub: one comment on the pull request, changed when the gate runs again, and a check on the commit.
 * https://docs.github.com/rest/issues/comments, https://docs.github.com/rest/checks/runs
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

/** Characters; GitHub refuses longer ones with 422. */
const LONGEST_COMMENT = 65_536;
const LONGEST_SUMMARY = 65_535;
const PUBLIC_API = 'https://api.github.com';
const PER_PAGE = 100;
/** Comments looked through for ours: a pull request with more is told anew. */
const MOST_PAGES = 30;

/** `neutral` would count as passed where the check is required. */
const CONCLUSION = { GO: 'success', 'NO-GO': 'failure', UNDECIDED: 'action_required' } as const;

export const github: CodeHost = {
  kind: 'github',
  isHere: (env) => env.GITHUB_ACTIONS === 'true',
  place: placeOf,
};

interface Target {
  readonly repository: readonly [owner: string, name: string];
  readonly commit: string;
  readonly pullRequest: number | undefined;
}

const Event = z.looseObject({
  pull_request: z
    .looseObject({ number: z.int(), head: z.looseObject({ sha: z.string().min(1) }) })
    .optional(),
});

async function placeOf(env: Environment, read: (path: string) => Promise<string>): Promise<Place> {
  const target = await targetOf(env, read);
  return {
    baseUrl: env.GITHUB_API_URL ?? PUBLIC_API,
    isOwnHost: (env.GITHUB_API_URL ?? PUBLIC_API) !== PUBLIC_API,
    token: { variable: 'GITHUB_TOKEN', header: 'authorization', prefix: 'Bearer ' },
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    accessHint: 'the job needs permissions: pull-requests: write and checks: write',
    summaryFile: env.GITHUB_STEP_SUMMARY,
    async announce(http, announcement, signal) {
      const said = [await check(http, target, announcement, signal)];
      if (target.pullRequest === undefined) return [...said, 'no pull request here, so no comment'];
      return [...said, await comment(http, target, target.pullRequest, announcement, signal)];
    },
  };
}

async function targetOf(env: Environment, read: (path: string) => Promise<string>): Promise<Target> {
  const [owner = '', name = ''] = (env.GITHUB_REPOSITORY ?? '').split('/');
  const event = env.GITHUB_EVENT_PATH === undefined ? {} : parseEvent(await read(env.GITHUB_EVENT_PATH));
  // Of a pull request GITHUB_SHA is the merge that was tried, which nobody sees.
  const commit = event.pull_request?.head.sha ?? env.GITHUB_SHA;
  if (owner === '' || name === '' || commit === undefined) {
    throw new GatehouseError(
      'config-invalid',
      'GITHUB_REPOSITORY or GITHUB_SHA is not set: announce from a GitHub Actions job',
    );
  }
  return { repository: [owner, name], commit, pullRequest: event.pull_request?.number };
}

function parseEvent(text: string): z.infer<typeof Event> {
  try {
    return Event.parse(JSON.parse(text));
  } catch (cause) {
    throw new GatehouseError('config-invalid', 'the file GITHUB_EVENT_PATH names is no GitHub event', {
      cause,
    });
  }
}

async function check(
  http: HttpClient,
  { repository, commit }: Target,
  { word, isOpen, title, markdown }: Announcement,
  signal: AbortSignal,
): Promise<string> {
  const conclusion = isOpen ? 'success' : CONCLUSION[word];
  await http.request({
    method: 'POST',
    path: ['repos', ...repository, 'check-runs'],
    json: {
      name: 'gatehouse',
      head_sha: commit,
      status: 'completed',
      conclusion,
      output: { title: withinLength(title, 255), summary: withinLength(markdown, LONGEST_SUMMARY) },
    },
    expect: 'json',
    signal,
  });
  return `check on ${commit.slice(0, 12)}: ${conclusion}`;
}

async function comment(
  http: HttpClient,
  { repository }: Target,
  pullRequest: number,
  { key, markdown }: Announcement,
  signal: AbortSignal,
): Promise<string> {
  const marker = markerOf(key);
  const body = withinLength(`${marker}\n${markdown}`, LONGEST_COMMENT);
  const own = await findComment(
    http,
    [...repository, 'issues', String(pullRequest), 'comments'],
    marker,
    signal,
  );
  const path =
    own === undefined
      ? ['repos', ...repository, 'issues', String(pullRequest), 'comments']
      : ['repos', ...repository, 'issues', 'comments', String(own)];
  await http.request({
    method: own === undefined ? 'POST' : 'PATCH',
    path,
    json: { body },
    expect: 'json',
    signal,
  });
  return `comment on pull request ${pullRequest}: ${own === undefined ? 'made' : 'changed'}`;
}

const Comments = z.array(z.looseObject({ id: z.int(), body: z.string().nullish() }));

async function findComment(
  http: HttpClient,
  path: readonly string[],
  marker: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { body } = await http.getJson(['repos', ...path], { query: { per_page: PER_PAGE, page }, signal });
    const comments = Comments.parse(body);
    const own = comments.find((one) => one.body?.startsWith(marker));
    if (own !== undefined) return own.id;
    if (comments.length < PER_PAGE) return undefined;
  }
  return undefined;
}
