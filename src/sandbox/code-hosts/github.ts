/** As much of GitHub's REST API as comments on pull requests and checks of commits need. */
import { type Answered, type Asked, pageOf, type RunningServer, serveJson } from './server.ts';

export interface EmulatedGitHub extends RunningServer {
  readonly comments: { id: number; body: string }[];
  readonly checks: Readonly<Record<string, unknown>>[];
}

export interface GitHubOptions {
  readonly token: string;
  /** Without, writing answers 403, as it does when the job's permissions lack it. */
  readonly mayWrite?: boolean;
  readonly comments?: readonly string[];
}

const CONCLUSIONS = ['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'];
const LONGEST_COMMENT = 65_536;
const LONGEST_SUMMARY = 65_535;

export async function startGitHub({
  token,
  mayWrite = true,
  comments: given = [],
}: GitHubOptions): Promise<EmulatedGitHub> {
  const comments = given.map((body, index) => ({ id: index + 1, body }));
  const checks: Readonly<Record<string, unknown>>[] = [];
  const server = await serveJson((asked) => {
    if (asked.headers.authorization !== `Bearer ${token}`) return problem(401, 'Bad credentials');
    if (asked.method !== 'GET' && !mayWrite) return problem(403, 'Resource not accessible by integration');
    return answer(asked, comments, checks);
  });
  return { url: server.url, comments, checks, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function answer(
  asked: Asked,
  comments: { id: number; body: string }[],
  checks: Readonly<Record<string, unknown>>[],
): Answered {
  const { method, path, query, body } = asked;
  if (/^\/repos\/[^/]+\/[^/]+\/issues\/\d+\/comments$/.test(path)) {
    if (method === 'GET') return { status: 200, body: pageOf(comments, query, 30) };
    if (method === 'POST') {
      const refused = refusedComment(body.body);
      if (refused !== undefined) return refused;
      const made = { id: comments.length + 1, body: String(body.body) };
      comments.push(made);
      return { status: 201, body: made };
    }
  }
  const one = /^\/repos\/[^/]+\/[^/]+\/issues\/comments\/(\d+)$/.exec(path);
  if (one !== null && method === 'PATCH') {
    const known = comments.find(({ id }) => id === Number(one[1]));
    if (known === undefined) return problem(404, 'Not Found');
    const refused = refusedComment(body.body);
    if (refused !== undefined) return refused;
    known.body = String(body.body);
    return { status: 200, body: known };
  }
  if (/^\/repos\/[^/]+\/[^/]+\/check-runs$/.test(path) && method === 'POST') return makeCheck(body, checks);
  return problem(404, 'Not Found');
}

function refusedComment(body: unknown): Answered | undefined {
  if (typeof body !== 'string' || body === '') return problem(422, "Body can't be blank");
  if (body.length > LONGEST_COMMENT) return problem(422, 'Body is too long (maximum is 65536 characters)');
  return undefined;
}

function makeCheck(
  body: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, unknown>>[],
): Answered {
  const { name, head_sha: commit, conclusion, output } = body;
  if (typeof name !== 'string' || !/^[0-9a-f]{40}$/.test(String(commit)))
    return problem(422, 'Invalid request.');
  if (!CONCLUSIONS.includes(String(conclusion))) return problem(422, 'Invalid conclusion');
  const summary = typeof output === 'object' && output !== null && 'summary' in output ? output.summary : '';
  if (typeof summary !== 'string' || summary.length > LONGEST_SUMMARY)
    return problem(422, 'Summary is too long');
  checks.push(body);
  return { status: 201, body: { id: checks.length, ...body } };
}

function problem(status: number, message: string): Answered {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}
