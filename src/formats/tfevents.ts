/**
 * TensorBoard's event files: a sequence of TFRecords
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details), each an `Event` protocol buffer
 * (tensorflow/core/util/event.proto). Bytes in and out; the caller does the I/O.
 */
import { concatBytes } from "../base/bytes.ts";
import { fields, message } from "./protobuf.ts";

/** The payload of an event: one summary value with its tag. */
export type SummaryValue = Uint8Array;

/** A scalar, stored as f32. */
export function scalarValue(tag: string, value: number): SummaryValue {
  return message([1, tag], [2, { float: value }]);
}

/** An image, given as the bytes of a PNG file. @throws SyntaxError if it is not one */
export function imageValue(tag: string, png: Uint8Array): SummaryValue {
  const { width, height } = pngSize(png);
  const RGB = 3;
  return message([1, tag], [4, message([1, height], [2, width], [3, RGB], [4, png])]);
}

/** A text, which TensorBoard reads as Markdown. */
export function textValue(tag: string, text: string): SummaryValue {
  const DT_STRING = 7;
  const shape = message([2, message([1, 1])]);
  const tensor = message([1, DT_STRING], [2, shape], [8, text]);
  return message([1, tag], [8, tensor], [9, metadata("text", message())]);
}

/** A hyperparameter's value. */
export type Hparam = number | string | boolean;

/** The tag of a session's end. */
export const SESSION_END = "_hparams_/session_end_info";

/**
 * The start of a run with its hyperparameters, for the hparams plug-in. It names no group: TensorBoard treats the
 * runs of a group as repetitions with the same hyperparameters and averages them.
 */
export function sessionStart(hparams: Readonly<Record<string, Hparam>>, seconds: number): SummaryValue {
  const entries = Object.entries(hparams).map(([name, value]) =>
    [1, message([1, name], [2, jsonValue(value)])] as const
  );
  const info = message(...entries, [5, { double: seconds }]);
  return message([1, "_hparams_/session_start_info"], [9, metadata("hparams", message([3, info]))]);
}

/** The end of a run. */
export function sessionEnd(succeeded: boolean, seconds: number): SummaryValue {
  const info = message([1, succeeded ? 1 : 2], [2, { double: seconds }]);
  return message([1, SESSION_END], [9, metadata("hparams", message([4, info]))]);
}

function metadata(plugin: string, content: Uint8Array): Uint8Array {
  return message([1, message([1, plugin], [2, content])]);
}

/** A google.protobuf.Value. */
function jsonValue(value: Hparam): Uint8Array {
  if (typeof value === "number") return message([2, { double: value }]);
  return typeof value === "string" ? message([3, value]) : message([4, Number(value)]);
}

/** The first record of a file. */
export function fileHeader(seconds: number): Uint8Array {
  return record(message([1, { double: seconds }], [3, "brain.Event:2"]));
}

/** The record of an event: values at a step and at a time in seconds since 1970. */
export function eventRecord(seconds: number, step: number, values: readonly SummaryValue[]): Uint8Array {
  const summary = message(...values.map((value) => [1, value] as const));
  return record(message([1, { double: seconds }], [2, step], [5, summary]));
}

/** Frames bytes: length, its checksum, the bytes, their checksum. */
function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8), checksums = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, data.length, true); // the upper half stays 0
  const view = new DataView(checksums.buffer);
  view.setUint32(0, maskedCrc32c(length), true);
  view.setUint32(4, maskedCrc32c(data), true);
  return concatBytes([length, checksums.subarray(0, 4), data, checksums.subarray(4)]);
}

/** An event in a file: where its record ends, its step, and the tags of its values. */
export interface EventPlace {
  readonly end: number;
  readonly step: number;
  readonly tags: readonly string[];
}

/** The events of a file, up to its end or the first truncated or damaged record. */
export function* readEvents(file: Uint8Array): Generator<EventPlace> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + 16 <= file.length;) {
    const length = view.getUint32(at, true), end = at + 12 + length + 4;
    if (end > file.length || view.getUint32(at + 8, true) !== maskedCrc32c(file.subarray(at, at + 8))) return;
    const data = file.subarray(at + 12, at + 12 + length);
    if (view.getUint32(end - 4, true) !== maskedCrc32c(data)) return;
    yield { end, ...readEvent(data) };
    at = end;
  }
}

function readEvent(data: Uint8Array): { step: number; tags: string[] } {
  let step = 0;
  const tags: string[] = [];
  for (const [number, value] of fields(data)) {
    if (number === 2) step = value as number;
    if (number !== 5) continue;
    for (const [, summaryValue] of fields(value as Uint8Array)) {
      for (const [field, tag] of fields(summaryValue as Uint8Array)) {
        if (field === 1) tags.push(new TextDecoder().decode(tag as Uint8Array));
      }
    }
  }
  return { step, tags };
}

/** Width and height of a PNG file. @throws SyntaxError if it is not one */
export function pngSize(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (png.length < 24 || view.getUint32(0) !== 0x89504e47) {
    throw new SyntaxError(
      `Cannot log image: it must be a PNG file, current data has ${png.length} bytes`,
    );
  }
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

const CRC32C = crcTable();

function crcTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let word = byte;
    for (let bit = 0; bit < 8; bit++) word = word & 1 ? (word >>> 1) ^ 0x82f63b78 : word >>> 1;
    table[byte] = word;
  }
  return table;
}

/** CRC-32C (Castagnoli), rotated and offset as in TFRecords. */
export function maskedCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC32C[(crc ^ byte) & 255];
  crc = (crc ^ 0xffffffff) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
