/**
 * Python's pickle machine, protocols 0 to 5, without its powers: names come from the allow-list in globals.ts, and
 * attributes are never set. Each opcode costs one unit of work and a copy one for each item, so that no file can keep
 * the machine busy. https://github.com/python/cpython/blob/main/Lib/pickletools.py describes the opcodes.
 */
import { findGlobal } from "./globals.ts";
import { PickleReader } from "./pickle_reader.ts";
import { Callable, Inert, PickleFault, type PickleValue } from "./values.ts";

/** Limit on opcodes and copied items; an optimiser state of a thousand tensors needs a tenth of it. */
const MOST_WORK = 1_000_000;
/** Limit on nested containers, more than Python's own writer produces. */
const MOST_DEPTH = 1_000;

/** Turns a persistent id in a pickle into a storage. */
export type LoadPersistent = (id: PickleValue) => PickleValue;

const noPersistent: LoadPersistent = () => {
  throw new PickleFault("its pickle names a storage where none is allowed");
};

/**
 * Reads the pickle that starts at byte `start`.
 * @returns its value, and the offset after it
 * @throws CutOff if `bytes` end too early, PickleFault for anything other than plain data
 */
export function unpickle(
  bytes: Uint8Array,
  start = 0,
  loadPersistent = noPersistent,
): { value: PickleValue; end: number } {
  const machine = new Machine(new PickleReader(bytes, start), loadPersistent);
  while (!machine.step());
  return { value: machine.pop(), end: machine.reader.at };
}

class Machine {
  readonly stack: PickleValue[] = [];
  readonly marks: number[] = [];
  readonly memo = new Map<number, PickleValue>();
  #work = 0;

  constructor(readonly reader: PickleReader, readonly loadPersistent: LoadPersistent) {}

  /** Runs an opcode; returns true if it was the last. */
  step(): boolean {
    this.spend(1);
    const code = this.reader.u8();
    if (code === STOP) return true;
    const run = operations[code];
    if (run === undefined) {
      throw this.damaged(`has the unknown opcode 0x${code.toString(16).padStart(2, "0")}`);
    }
    run(this, this.reader);
    return false;
  }

  spend = (work: number): void => {
    this.#work += work;
    if (this.#work > MOST_WORK) {
      throw new PickleFault(`its pickle takes more than ${MOST_WORK} operations; save only the state dict`);
    }
  };

  damaged(reason: string): PickleFault {
    return new PickleFault(`its pickle ${reason} at byte ${this.reader.at}; copy the file again`);
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  /** Pops the topmost value, but never one below a mark. */
  pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.damaged("pops from an empty stack");
    return this.stack.pop()!;
  }

  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  mark(): void {
    if (this.marks.length === MOST_DEPTH) throw this.damaged(`nests deeper than ${MOST_DEPTH}`);
    this.marks.push(this.stack.length);
  }

  /** Pops everything above the last mark, and the mark. */
  popMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.damaged("lacks a mark");
    return this.stack.splice(mark);
  }

  popText(): string {
    const value = this.pop();
    if (typeof value === "string") return value;
    throw this.damaged("uses a name that is not text");
  }

  recall(index: number | bigint): void {
    const value = this.memo.get(Number(index));
    if (value === undefined) throw this.damaged(`has no memo entry ${index}`);
    this.push(value);
  }

  call(callee: PickleValue, args: PickleValue): void {
    if (!(callee instanceof Callable) || !Array.isArray(args)) {
      throw this.damaged("calls something that is not a function");
    }
    this.push(callee.call(args, this.spend));
  }

  append(items: PickleValue[]): void {
    const target = this.top();
    if (Array.isArray(target)) { for (const item of items) target.push(item); }
    else if (target instanceof Set) { for (const item of items) target.add(item); }
    else if (!(target instanceof Inert)) throw this.damaged("appends to something that is not a list");
  }

  setItems(items: PickleValue[]): void {
    const target = this.top();
    if (items.length % 2 === 1) throw this.damaged("has a key without a value");
    if (target instanceof Inert) return;
    if (!(target instanceof Map)) throw this.damaged("sets an item of something that is not a dict");
    putPairs(target, items);
  }
}

function putPairs(
  target: Map<PickleValue, PickleValue>,
  items: PickleValue[],
): Map<PickleValue, PickleValue> {
  for (let i = 0; i + 1 < items.length; i += 2) target.set(items[i], items[i + 1]);
  return target;
}

/** Quoted text as written by Python 2. */
function unquote(line: string): string {
  const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r" };
  return line.slice(1, -1).replace(
    /\\(?:x([0-9a-fA-F]{2})|(.))/g,
    (_, hex, one) => hex ? String.fromCharCode(parseInt(hex, 16)) : escapes[one] ?? one,
  );
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

const STOP = 0x2e;

type Operation = (machine: Machine, reader: PickleReader) => void;

/** Every opcode except STOP, by its byte; extensions and out-of-band buffers are not supported. */
const byCharacter: Record<string, Operation> = {
  "(": (m) => m.mark(),
  "0": (m) => m.marks.at(-1) === m.stack.length ? void m.marks.pop() : void m.pop(),
  "1": (m) => void m.popMark(),
  "2": (m) => m.push(m.top()),
  // plain values
  "N": (m) => m.push(null),
  "\x88": (m) => m.push(true),
  "\x89": (m) => m.push(false),
  "I": (m, reader) => {
    const value = reader.line();
    if (value !== "00" && value !== "01") reader.at -= value.length + 1;
    m.push(value === "01" || (value === "00" ? false : reader.decimal()));
  },
  "L": (m, reader) => m.push(reader.decimal()),
  "J": (m, reader) => m.push(reader.i32()),
  "K": (m, reader) => m.push(reader.u8()),
  "M": (m, reader) => m.push(reader.u16()),
  "\x8a": (m, reader) => m.push(reader.integer(reader.u8())),
  "\x8b": (m, reader) => m.push(reader.integer(reader.u32())),
  "F": (m, reader) => m.push(Number(reader.line())),
  "G": (m, reader) => m.push(reader.f64()),
  "S": (m, reader) => m.push(unquote(reader.line())),
  "T": (m, reader) => m.push(latin1(reader.take(reader.u32()))),
  "U": (m, reader) => m.push(latin1(reader.take(reader.u8()))),
  "V": (m, reader) => m.push(reader.line()),
  "X": (m, reader) => m.push(reader.text(reader.u32())),
  "\x8c": (m, reader) => m.push(reader.text(reader.u8())),
  "\x8d": (m, reader) => m.push(reader.text(reader.u64())),
  "B": (m, reader) => m.push(reader.take(reader.u32())),
  "C": (m, reader) => m.push(reader.take(reader.u8())),
  "\x8e": (m, reader) => m.push(reader.take(reader.u64())),
  "\x96": (m, reader) => m.push(reader.take(reader.u64())),
  // containers
  "]": (m) => m.push([]),
  "l": (m) => m.push(m.popMark()),
  "a": (m) => {
    const item = m.pop();
    m.append([item]);
  },
  "e": (m) => m.append(m.popMark()),
  ")": (m) => m.push([]),
  "t": (m) => m.push(m.popMark()),
  "\x85": (m) => m.push([m.pop()]),
  "\x86": (m) => m.push([m.pop(), m.pop()].reverse()),
  "\x87": (m) => m.push([m.pop(), m.pop(), m.pop()].reverse()),
  "}": (m) => m.push(new Map()),
  "d": (m) => m.push(putPairs(new Map(), m.popMark())),
  "s": (m) => {
    const value = m.pop(), key = m.pop();
    m.setItems([key, value]);
  },
  "u": (m) => m.setItems(m.popMark()),
  "\x8f": (m) => m.push(new Set()),
  "\x90": (m) => m.append(m.popMark()),
  "\x91": (m) => m.push(new Set(m.popMark())),
  // memo
  "p": (m, reader) => void m.memo.set(Number(reader.decimal()), m.top()),
  "q": (m, reader) => void m.memo.set(reader.u8(), m.top()),
  "r": (m, reader) => void m.memo.set(reader.u32(), m.top()),
  "\x94": (m) => void m.memo.set(m.memo.size, m.top()),
  "g": (m, reader) => m.recall(reader.decimal()),
  "h": (m, reader) => m.recall(reader.u8()),
  "j": (m, reader) => m.recall(reader.u32()),
  // names and calls
  "c": (m, reader) => m.push(findGlobal(reader.line(), reader.line())),
  "\x93": (m) => {
    const name = m.popText();
    m.push(findGlobal(m.popText(), name));
  },
  "R": (m) => {
    const args = m.pop();
    m.call(m.pop(), args);
  },
  "\x81": (m) => {
    const args = m.pop();
    m.call(m.pop(), args);
  },
  "\x92": (m) => {
    m.pop(); // keyword arguments, which nothing on the list takes
    const args = m.pop();
    m.call(m.pop(), args);
  },
  "i": (m, reader) => {
    const callee = findGlobal(reader.line(), reader.line());
    m.call(callee, m.popMark());
  },
  "o": (m) => {
    const [callee, ...args] = m.popMark();
    m.call(callee, args);
  },
  "b": (m) => {
    m.pop(); // attributes, such as a state dict's version, are not used
    m.top();
  },
  "P": (m, reader) => m.push(m.loadPersistent(reader.line())),
  "Q": (m) => m.push(m.loadPersistent(m.pop())),
  // framing
  "\x80": (m, reader) => {
    const protocol = reader.u8();
    if (protocol > 5) throw m.damaged(`has the unsupported protocol ${protocol}`);
  },
  "\x95": (_, reader) => void reader.u64(),
};

const operations: (Operation | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => byCharacter[String.fromCharCode(code)],
);
