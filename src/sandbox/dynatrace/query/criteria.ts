/**
 * The vendor's selector grammar: `name("value","value"),name(…)`. Values are in double quotes; inside them
 * `~` and `"` are escaped with a tilde. A single value may stand without quotes, as vendor examples show it. A
 * criterion may hold another one instead of values (`not(tag("a"))`), which only the entity selector uses.
 */
import { badRequest } from '../refusal.ts';

export interface Criterion {
  readonly name: string;
  readonly values: readonly string[];
  readonly inner?: readonly Criterion[];
}

/** Throws a refusal (400) naming `parameter` when the text does not follow the grammar. */
export function parseCriteria(text: string, parameter: string): readonly Criterion[] {
  const reader = new Reader(text, parameter);
  const criteria = reader.criteria();
  reader.expectEnd();
  return criteria;
}

/** A value as it has to stand in a selector. */
export function quote(value: string): string {
  return `"${value.replaceAll(/[~"]/g, '~$&')}"`;
}

class Reader {
  private at = 0;
  private readonly text: string;
  private readonly parameter: string;

  constructor(text: string, parameter: string) {
    this.text = text;
    this.parameter = parameter;
  }

  criteria(): Criterion[] {
    const found = [this.criterion()];
    while (this.takes(',')) found.push(this.criterion());
    return found;
  }

  expectEnd(): void {
    this.skipSpace();
    if (this.at < this.text.length) throw this.fault(`unexpected "${this.text[this.at]}"`);
  }

  private criterion(): Criterion {
    const name = this.match(/\s*([A-Za-z][A-Za-z0-9._]*)\s*/y)?.[1];
    if (name === undefined) throw this.fault('a criterion name is expected');
    if (!this.takes('(')) throw this.fault(`"(" is expected after ${name}`);
    const criterion = this.content(name);
    if (!this.takes(')')) throw this.fault(`")" is expected to end ${name}`);
    return criterion;
  }

  private content(name: string): Criterion {
    this.skipSpace();
    if (this.text[this.at] === '"') {
      const values = [this.quoted()];
      while (this.takes(',')) values.push(this.quoted());
      return { name, values };
    }
    if (/^[A-Za-z][A-Za-z0-9._]*\s*\(/.test(this.text.slice(this.at))) {
      return { name, values: [], inner: this.criteria() };
    }
    const bare = this.match(/[^"(),~]+/y)?.[0].trim();
    if (bare === undefined || bare === '') throw this.fault(`${name} needs a value`);
    return { name, values: [bare] };
  }

  private quoted(): string {
    this.skipSpace();
    if (this.text[this.at] !== '"') throw this.fault('several values must each stand in double quotes');
    let value = '';
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const next = this.text[this.at]!;
      if (next === '"') {
        this.at += 1;
        return value;
      }
      if (next === '~') {
        this.at += 1;
        const escaped = this.text[this.at];
        if (escaped !== '~' && escaped !== '"')
          throw this.fault('"~" may only escape "~" and a double quote');
        value += escaped;
      } else value += next;
    }
    throw this.fault('a double quote is missing');
  }

  private takes(character: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private skipSpace(): void {
    this.match(/\s*/y);
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  private fault(what: string) {
    return badRequest(this.parameter, `Invalid selector at position ${this.at}: ${what}.`);
  }
}
