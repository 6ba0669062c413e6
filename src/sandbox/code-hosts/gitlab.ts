/** As much of GitLab's REST API (v4) as notes on merge requests and statuses of commits need. */
import { type Answered, type Asked, pageOf, type RunningServer, serveJson } from './server.ts';

export interface EmulatedGitLab extends RunningServer {
  readonly notes: { id: number; body: string }[];
  readonly statuses: Readonly<Record<string, unknown>>[];
}

export interface GitLabOptions {
  readonly token: string;
  readonly notes?: readonly string[];
}

const STATES = ['pending', 'running', 'success', 'failed', 'canceled', 'skipped'];

export async function startGitLab({ token, notes: given = [] }: GitLabOptions): Promise<EmulatedGitLab> {
  const notes = given.map((body, index) => ({ id: index + 1, body }));
  const statuses: Readonly<Record<string, unknown>>[] = [];
  const server = await serveJson((asked) =>
    asked.headers['private-token'] === token
      ? answer(asked, notes, statuses)
      : { status: 401, body: { message: '401 Unauthorized' } },
  );
  return {
    url: `${server.url}/api/v4`,
    notes,
    statuses,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function answer(
  { method, path, query, body }: Asked,
  notes: { id: number; body: string }[],
  statuses: Readonly<Record<string, unknown>>[],
): Answered {
  if (/^\/api\/v4\/projects\/[^/]+\/merge_requests\/\d+\/notes$/.test(path)) {
    if (method === 'GET') return { status: 200, body: pageOf(notes, query, 20) };
    if (method === 'POST' && typeof body.body === 'string') {
      const made = { id: notes.length + 1, body: body.body };
      notes.push(made);
      return { status: 201, body: made };
    }
  }
  const one = /^\/api\/v4\/projects\/[^/]+\/merge_requests\/\d+\/notes\/(\d+)$/.exec(path);
  const known = notes.find(({ id }) => id === Number(one?.[1]));
  if (known !== undefined && method === 'PUT' && typeof body.body === 'string') {
    known.body = body.body;
    return { status: 200, body: known };
  }
  if (/^\/api\/v4\/projects\/[^/]+\/statuses\/[0-9a-f]{40}$/.test(path) && method === 'POST') {
    if (!STATES.includes(String(body.state)))
      return { status: 400, body: { error: 'state does not have a valid value' } };
    statuses.push(body);
    return { status: 201, body: { id: statuses.length, status: body.state } };
  }
  return { status: 404, body: { message: '404 Not found' } };
}
