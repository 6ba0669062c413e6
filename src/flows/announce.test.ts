import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { makeFolder } from '../../test/support/cli.ts';
import { isGatehouseError } from '../domain/errors.ts';
import type { Announcement } from '../notify/announcement.ts';
import { github } from '../notify/github/index.ts';
import { gitlab } from '../notify/gitlab/index.ts';
import { startGitHub } from '../sandbox/code-hosts/github.ts';
import { startGitLab } from '../sandbox/code-hosts/gitlab.ts';
import { announce } from './announce.ts';

const TOKEN = 'an-invented-token';
const COMMIT = '4f1c2b3a'.repeat(5);
const signal = new AbortController().signal;

function anAnnouncement(given: Partial<Announcement> = {}): Announcement {
  return {
    key: 'shop 4.2',
    word: 'NO-GO',
    isOpen: false,
    title: 'NO-GO: 1 finding at or above high',
    markdown: '# NO-GO\n\nOne finding.',
    ...given,
  };
}

async function pullRequestOf(t: TestContext, url: string): Promise<Record<string, string>> {
  const folder = await makeFolder();
  t.after(() => folder[Symbol.asyncDispose]());
  const event = folder.file('event.json');
  await writeFile(event, JSON.stringify({ pull_request: { number: 17, head: { sha: COMMIT } } }));
  return {
    GITHUB_API_URL: url,
    GITHUB_REPOSITORY: 'example/shop',
    GITHUB_SHA: '0'.repeat(40),
    GITHUB_EVENT_PATH: event,
    GITHUB_STEP_SUMMARY: folder.file('summary.md'),
    GITHUB_TOKEN: TOKEN,
  };
}

test('on GitHub the verdict is a check of the commit, a comment and the summary of the run', async (t) => {
  await using host = await startGitHub({ token: TOKEN });
  const env = await pullRequestOf(t, host.url);

  const said = await announce({ host: github, env, announcement: anAnnouncement(), signal });

  assert.deepEqual(said, [
    'report added to the page of the run',
    `check on ${COMMIT.slice(0, 12)}: failure`,
    'comment on pull request 17: made',
  ]);
  assert.match(host.comments[0]?.body ?? '', /One finding/);
  assert.match(await readFile(env.GITHUB_STEP_SUMMARY ?? '', 'utf8'), /One finding/);
});

test('the same gate changes its comment, also behind hundreds of others', async (t) => {
  const others = Array.from({ length: 250 }, (_, n) => `comment ${n}`);
  await using host = await startGitHub({ token: TOKEN, comments: others });
  const env = await pullRequestOf(t, host.url);
  await announce({ host: github, env, announcement: anAnnouncement(), signal });

  const again = anAnnouncement({ word: 'GO', isOpen: true, markdown: '# GO' });
  const said = await announce({ host: github, env, announcement: again, signal });

  assert.equal(said.at(-1), 'comment on pull request 17: changed');
  assert.equal(host.comments.length, 251);
  assert.match(host.comments[250]?.body ?? '', /# GO/);
});

test('another release on the same pull request has a comment of its own', async (t) => {
  await using host = await startGitHub({ token: TOKEN });
  const env = await pullRequestOf(t, host.url);
  await announce({ host: github, env, announcement: anAnnouncement(), signal });

  await announce({ host: github, env, announcement: anAnnouncement({ key: 'shop 4.3 --> x' }), signal });

  assert.equal(host.comments.length, 2);
  assert.doesNotMatch(host.comments[1]?.body.split('\n')[0] ?? '', /-->./);
});

test('UNDECIDED is no conclusion that a required check accepts', async (t) => {
  await using host = await startGitHub({ token: TOKEN });
  const env = await pullRequestOf(t, host.url);

  await announce({ host: github, env, announcement: anAnnouncement({ word: 'UNDECIDED' }), signal });

  assert.equal(host.checks[0]?.conclusion, 'action_required');
});

test('a report that is too long for a comment is shortened and says so', async (t) => {
  await using host = await startGitHub({ token: TOKEN });
  const env = await pullRequestOf(t, host.url);
  const markdown = 'a line of the report\n'.repeat(10_000);

  await announce({ host: github, env, announcement: anAnnouncement({ markdown }), signal });

  const body = host.comments[0]?.body ?? '';
  assert.ok(body.length <= 65_536);
  assert.match(body, /Shortened/);
});

test('without the permission to write the message names it, and the summary is written', async (t) => {
  await using host = await startGitHub({ token: TOKEN, mayWrite: false });
  const env = await pullRequestOf(t, host.url);

  await assert.rejects(
    announce({ host: github, env, announcement: anAnnouncement(), signal }),
    (error) => isGatehouseError(error) && /pull-requests: write/.test(error.message),
  );

  assert.match(await readFile(env.GITHUB_STEP_SUMMARY ?? '', 'utf8'), /One finding/);
});

test('outside a pipeline it says what is missing', async () => {
  await assert.rejects(
    announce({ host: github, env: {}, announcement: anAnnouncement(), signal }),
    (error) => isGatehouseError(error) && error.code === 'config-invalid',
  );
});

test('on GitLab the verdict is a status of the commit and one note, changed when it is told again', async () => {
  const others = Array.from({ length: 120 }, (_, n) => `note ${n}`);
  await using host = await startGitLab({ token: TOKEN, notes: others });
  const env = {
    CI_API_V4_URL: host.url,
    CI_PROJECT_ID: '42',
    CI_COMMIT_SHA: COMMIT,
    CI_MERGE_REQUEST_IID: '7',
    CI_PIPELINE_ID: '99',
    GITLAB_TOKEN: TOKEN,
  };
  await announce({ host: gitlab, env, announcement: anAnnouncement(), signal });

  const again = anAnnouncement({ word: 'GO', isOpen: true, markdown: '# GO' });
  const said = await announce({ host: gitlab, env, announcement: again, signal });

  assert.deepEqual(said, [`status of ${COMMIT.slice(0, 12)}: success`, 'note on merge request 7: changed']);
  assert.equal(host.notes.length, 121);
  assert.deepEqual(
    host.statuses.map(({ state }) => state),
    ['failed', 'success'],
  );
});

test('a token that GitLab refuses is told with what it needs', async () => {
  await using host = await startGitLab({ token: 'another' });
  const env = {
    CI_API_V4_URL: host.url,
    CI_PROJECT_ID: '42',
    CI_COMMIT_SHA: COMMIT,
    GITLAB_TOKEN: TOKEN,
  };

  await assert.rejects(
    announce({ host: gitlab, env, announcement: anAnnouncement(), signal }),
    (error) => isGatehouseError(error) && /scope api/.test(error.message) && !error.message.includes(TOKEN),
  );
});
