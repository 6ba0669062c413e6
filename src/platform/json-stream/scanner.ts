import { GatehouseError } from '../../domain/errors.ts';
import { ByteWindow } from './byte-window.ts';
import type { JsonEvent, JsonStreamLimits } from './events.ts';
import { type JsonPath, type PatternNode, showPath } from './path-patterns.ts';
import { decodeUtf8 } from './utf8.ts';
import { advance, type OpenValue, openValue } from './value-end.ts';

/** A container on the way to items, read member by member. Everything else is parsed whole by JSON.parse. */
interface Frame {
  readonly isArray: boolean;
  readonly node: PatternNode;
  readonly skeleton: object;
  /** The name or number of the member being read. */
  step: string | number;
  count: number;
  /** Names whose values were given piece by piece: such a name cannot be taken back by a second one. */
  readonly given: Set<string>;
  readonly skeletonBytesBefore: number;
}

/** A value or name being read. `whole` is parsed at its end; where it goes then is its role. */
interface Pending {
  readonly whole: OpenValue;
  readonly role: 'name' | 'item' | 'part' | 'member';
  readonly maxBytes: number;
  start: number;
}

type Expecting =
  | 'value'
  | 'value-or-close'
  | 'name'
  | 'name-or-close'
  | 'colon'
  | 'comma-or-close'
  | 'nothing';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/**
 * The pushdown machine under `streamJson`: bytes are written in, events are taken out until there are none, and
 * so on. It keeps only the value being read and the skeletons of the containers around it.
 */
export class JsonScanner {
  readonly #limits: JsonStreamLimits;
  readonly #root: PatternNode;
  readonly #frames: Frame[] = [];
  #expecting: Expecting = 'value';
  #pending: Pending | undefined;
  #document: unknown;
  #skeletonBytes = 0;
  #isFinished = false;

  readonly #window = new ByteWindow();

  constructor(root: PatternNode, limits: JsonStreamLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  /** Takes a copy of the chunk. Call only when `events` has run dry. */
  write(chunk: Uint8Array): void {
    this.#window.append(chunk, this.#pending?.start ?? this.#window.at);
    if (this.#pending !== undefined) this.#pending.start = 0;
    if (this.#window.base + this.#window.end > this.#limits.maxBytes) {
      throw this.#refuse(`it is larger than ${megabytes(this.#limits.maxBytes)}`);
    }
  }

  /** Says that no more bytes come; then take out the last events. */
  finish(): void {
    this.#isFinished = true;
  }

  *events(): Generator<JsonEvent> {
    for (let event = this.#next(); event !== undefined; event = this.#next()) yield event;
  }

  #next(): JsonEvent | undefined {
    for (;;) {
      if (this.#pending !== undefined) {
        if (!this.#readOn(this.#pending)) return undefined;
        const event = this.#accept(this.#pending);
        if (event !== undefined) return event;
      }
      if (!this.#window.skipSpace()) return this.#isFinished ? this.#conclude() : undefined;
      const event = this.#step(this.#window.bytes[this.#window.at]!);
      if (event !== undefined) return event;
    }
  }

  #step(byte: number): JsonEvent | undefined {
    const frame = this.#frames.at(-1);
    switch (this.#expecting) {
      case 'value-or-close':
      case 'value':
        if (byte === ARRAY_END && this.#expecting === 'value-or-close') return this.#close();
        return this.#beginValue(byte);
      case 'name-or-close':
      case 'name':
        if (byte === OBJECT_END && this.#expecting === 'name-or-close') return this.#close();
        if (byte !== QUOTE) throw this.#unexpected(byte, 'a member name');
        return this.#begin(byte, 'name', this.#limits.maxItemBytes);
      case 'colon':
        if (byte !== COLON) throw this.#unexpected(byte, "':'");
        this.#window.at++;
        this.#expecting = 'value';
        return undefined;
      case 'comma-or-close':
        if (byte === (frame?.isArray ? ARRAY_END : OBJECT_END)) return this.#close();
        if (byte !== COMMA) throw this.#unexpected(byte, frame?.isArray ? "',' or ']'" : "',' or '}'");
        this.#window.at++;
        this.#expecting = frame?.isArray ? 'value' : 'name';
        return undefined;
      case 'nothing':
        throw this.#unexpected(byte, 'the end of the file, for the document is complete');
    }
  }

  #beginValue(byte: number): undefined {
    const frame = this.#frames.at(-1);
    if (frame?.isArray) frame.step = frame.count;
    const node = this.#nodeHere(frame);
    if (node !== undefined && node.pattern === undefined && this.#leadsOn(node, byte)) {
      this.#open(byte === ARRAY, node, frame);
      return;
    }
    if (node?.pattern !== undefined) this.#begin(byte, 'item', this.#limits.maxItemBytes);
    else if (frame !== undefined && isGivenAway(frame)) this.#begin(byte, 'part', this.#limits.maxItemBytes);
    else this.#begin(byte, 'member', this.#limits.maxSkeletonBytes - this.#skeletonBytes);
  }

  #nodeHere(frame: Frame | undefined): PatternNode | undefined {
    if (frame === undefined) return this.#root;
    if (frame.isArray) return frame.node.anyElement;
    return frame.node.anyMember ?? frame.node.members.get(String(frame.step));
  }

  #leadsOn(node: PatternNode, byte: number): boolean {
    if (byte === ARRAY) return node.anyElement !== undefined;
    return byte === OBJECT && (node.anyMember !== undefined || node.members.size > 0);
  }

  #open(isArray: boolean, node: PatternNode, parent: Frame | undefined): void {
    const skeleton = isArray ? [] : {};
    const skeletonBytesBefore = this.#skeletonBytes;
    if (parent !== undefined && !isGivenAway(parent)) {
      parent.given.add(String(parent.step));
      setOwn(parent.skeleton, String(parent.step), skeleton);
    }
    if (parent !== undefined) parent.count++;
    this.#frames.push({ isArray, node, skeleton, step: '', count: 0, given: new Set(), skeletonBytesBefore });
    if (this.#frames.length > this.#limits.maxDepth) throw this.#tooDeep();
    this.#window.at++;
    this.#expecting = isArray ? 'value-or-close' : 'name-or-close';
  }

  #close(): JsonEvent | undefined {
    const closed = this.#frames.pop()!;
    this.#window.at++;
    const parent = this.#frames.at(-1);
    if (parent === undefined) {
      this.#document = closed.skeleton;
      this.#expecting = 'nothing';
      return undefined;
    }
    if (isGivenAway(parent)) this.#skeletonBytes = closed.skeletonBytesBefore;
    this.#expecting = 'comma-or-close';
    return this.#ended(closed.skeleton, closed.count);
  }

  #begin(byte: number, role: Pending['role'], maxBytes: number): undefined {
    const whole = openValue(byte);
    if (whole === undefined) throw this.#unexpected(byte, 'a value');
    this.#pending = { whole, role, maxBytes, start: this.#window.at };
  }

  /** True when the pending value is complete. */
  #readOn(pending: Pending): boolean {
    const { whole } = pending;
    const maxDepth = this.#limits.maxDepth - this.#frames.length;
    const window = this.#window;
    if (window.at < window.end) window.at = advance(whole, window.bytes, window.at, window.end, maxDepth);
    if (whole.depth > maxDepth) throw this.#tooDeep();
    if (this.#window.at - pending.start > pending.maxBytes) throw this.#tooLarge(pending);
    if (whole.isComplete) return true;
    if (!this.#isFinished) return false;
    if (whole.isScalar && this.#frames.length === 0) return true;
    throw this.#truncated();
  }

  #accept(pending: Pending): JsonEvent | undefined {
    const length = this.#window.at - pending.start;
    const value = this.#parse(pending);
    this.#pending = undefined;
    const frame = this.#frames.at(-1);
    if (pending.role === 'name') {
      this.#name(frame!, String(value), length);
      return undefined;
    }
    this.#expecting = frame === undefined ? 'nothing' : 'comma-or-close';
    if (frame !== undefined) frame.count++;
    if (pending.role === 'item') return this.#item(value, frame!);
    if (pending.role === 'part') return this.#ended(value, 0);
    this.#skeletonBytes += length;
    if (frame === undefined) this.#document = value;
    else setOwn(frame.skeleton, String(frame.step), value);
    return undefined;
  }

  #parse(pending: Pending): unknown {
    const text = decodeUtf8(this.#window.bytes, pending.start, this.#window.at);
    const byte = this.#window.base + pending.start;
    if (text === undefined) throw this.#refuse(`${this.#here()} is not valid UTF-8`, byte);
    try {
      return JSON.parse(text);
    } catch {
      // The engine's own message quotes the text, which may be a secret that a scanner found.
      throw this.#refuse(`${this.#here()} is not valid JSON`, byte);
    }
  }

  #name(frame: Frame, name: string, bytes: number): void {
    frame.step = name;
    if (frame.given.has(name)) {
      throw this.#refuse(`${this.#here()} is named twice; it would count twice or hide the first`);
    }
    if (isGivenAway(frame)) frame.given.add(name);
    this.#skeletonBytes += bytes;
    if (this.#skeletonBytes > this.#limits.maxSkeletonBytes) throw this.#skeletonTooLarge();
    this.#expecting = 'colon';
  }

  #item(value: unknown, frame: Frame): JsonEvent {
    const pattern = this.#nodeHere(frame)?.pattern ?? '';
    return {
      kind: 'item',
      pattern,
      path: this.#path(),
      enclosing: this.#enclosing(),
      value,
      index: frame.count - 1,
    };
  }

  #ended(value: unknown, count: number): JsonEvent {
    return { kind: 'end', path: this.#path(), enclosing: this.#enclosing(), value, count };
  }

  #conclude(): JsonEvent | undefined {
    if (this.#expecting !== 'nothing') {
      const isEmpty = this.#frames.length === 0;
      throw isEmpty ? this.#refuse('the file is empty') : this.#truncated();
    }
    if (this.#document === undefined) return undefined;
    const value = this.#document;
    this.#document = undefined;
    return { kind: 'document', value };
  }

  #path(): JsonPath {
    return this.#frames.map((frame) => frame.step);
  }

  #enclosing(): readonly object[] {
    return this.#frames.map((frame) => frame.skeleton);
  }

  #here(): string {
    return this.#frames.length === 0 ? 'the document' : showPath(this.#path());
  }

  #unexpected(byte: number, wanted: string): GatehouseError {
    const shown =
      byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16)}`;
    return this.#refuse(`not valid JSON: ${shown} where ${wanted} was expected, in ${this.#here()}`);
  }

  #truncated(): GatehouseError {
    const byte = this.#window.base + this.#window.end;
    return this.#refuse(`the JSON ends too early, inside ${this.#here()}; the file is cut off`, byte);
  }

  #tooDeep(): GatehouseError {
    return this.#refuse(`${this.#here()} is nested deeper than ${this.#limits.maxDepth} levels`);
  }

  #tooLarge(pending: Pending): GatehouseError {
    if (pending.role === 'member') return this.#skeletonTooLarge();
    return this.#refuse(`${this.#here()} is larger than ${megabytes(pending.maxBytes)}`);
  }

  #skeletonTooLarge(): GatehouseError {
    const limit = megabytes(this.#limits.maxSkeletonBytes);
    return this.#refuse(`what is not list entries takes more than ${limit}, the last of it ${this.#here()}`);
  }

  #refuse(
    message: string,
    byte: number = this.#window.base + Math.min(this.#window.at, this.#window.end),
  ): GatehouseError {
    const where = message === 'the file is empty' ? '' : ` (byte ${byte})`;
    return new GatehouseError('input-invalid', `${message}${where}`, {
      facts: { byte, path: showPath(this.#path()) },
    });
  }
}

/** Whether the container's members are given as events of their own, and not kept. */
function isGivenAway(frame: Frame): boolean {
  return frame.isArray || frame.node.anyMember !== undefined;
}

/** As JSON.parse does it: `__proto__` is a member like any other. */
function setOwn(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${bytes} bytes` : `${Math.floor(bytes / 1_000_000)} MB`;
}
