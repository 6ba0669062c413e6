/** A verdict as it is told on a code host: beside the change that it judges. */
import type { VerdictWord } from '../domain/verdict.ts';
import type { HttpClient } from '../platform/http/client.ts';

export interface Announcement {
  /** Tells this verdict's comment from others: the same gate, run again, changes its comment. */
  readonly key: string;
  readonly word: VerdictWord;
  /** True when the gate opens: GO, overridden, or not enforced. */
  readonly isOpen: boolean;
  /** One line, e.g. `NO-GO: 3 findings at or above high`. */
  readonly title: string;
  /** The report as Markdown. */
  readonly markdown: string;
}

/** Where on a code host, as its pipeline's environment says. */
export interface CodeHost {
  /** `github` and so on: folder name and what people write. */
  readonly kind: string;
  /** True when the environment is that of this host's pipelines. */
  isHere(env: Environment): boolean;
  /** Throws GatehouseError `config-invalid` when the environment lacks what is needed. */
  place(env: Environment, read: (path: string) => Promise<string>): Promise<Place>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Place {
  readonly baseUrl: string;
  /** The pipeline's environment names a host of one's own, which may stand in a private network. */
  readonly isOwnHost: boolean;
  /** The variable that holds the token, and how the token is sent. */
  readonly token: { readonly variable: string; readonly header: string; readonly prefix: string };
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the message when the token is refused. */
  readonly accessHint: string;
  /** A file the host shows on the page of the pipeline run; the report is added to it. */
  readonly summaryFile?: string | undefined;
  /** Tells it; returns what was done, a sentence each. */
  announce(http: HttpClient, announcement: Announcement, signal: AbortSignal): Promise<readonly string[]>;
}

/** The first line of a comment: seen by machines only. No name can end it early. */
export function markerOf(key: string): string {
  return `<!-- gatehouse ${encodeURIComponent(key).replaceAll('-', '%2D')} -->`;
}

/** At most so many characters, cut at a line where something had to go. */
export function withinLength(text: string, most: number): string {
  if (text.length <= most) return text;
  const notice = '\n\n_Shortened: the whole report is among the files of this pipeline run._\n';
  const kept = text.slice(0, most - notice.length);
  const end = kept.lastIndexOf('\n');
  return `${kept.slice(0, end > 0 ? end : kept.length)}${notice}`;
}
