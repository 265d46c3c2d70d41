/**
 * Wire formats as tables: name, offset, width, kind and clause of each field stand in one place, and decoding,
 * encoding and printing all read that table. A table with a gap, an overlap or a wrong total does not load.
 */
import { macFromBytes, macToBytes } from './mac.js';
import { decodePortState, encodePortState, STATE_BITS } from './port-state.js';
import type { Mac, PortState } from './variables.js';

interface Place<Name extends string = string> {
  readonly name: Name;
  /** Octets from the start of the PDU. */
  readonly offset: number;
  /** Octets. */
  readonly width: number;
  /** Where the standard defines the field. */
  readonly clause: string;
}

/**
 * `uint`, `mac`, `state` and `hex` carry a value (`hex`: octets that mean nothing to us, as lower-case hex digits).
 * `fixed` is sent with its value and not looked at on receipt; `reserved` is sent as zero and not looked at.
 */
export type Field<Name extends string = string> =
  | (Place<Name> & { readonly kind: 'uint' | 'mac' | 'state' | 'hex' | 'reserved' })
  | (Place<Name> & { readonly kind: 'fixed'; readonly value: number });

type ValueOf<F extends Field> = F['kind'] extends 'mac'
  ? Mac
  : F['kind'] extends 'state'
    ? PortState
    : F['kind'] extends 'hex'
      ? string
      : number;
type Carrying<F extends Field> = F extends { readonly kind: 'fixed' | 'reserved' } ? never : F;

/** The values that a PDU of this table carries, by field name. */
export type Values<F extends Field> = { readonly [C in Carrying<F> as C['name']]: ValueOf<C> };

export interface Layout<F extends Field> {
  /** Octets of the whole PDU. */
  readonly length: number;
  readonly fields: readonly F[];
}

/** Checks that the fields follow each other without gap or overlap and end at `length`; throws an Error if not. */
export function defineLayout<const F extends Field>(length: number, fields: readonly F[]): Layout<F> {
  let next = 0;
  for (const { name, offset, width } of fields) {
    if (offset !== next) throw new Error(`layout: ${name} stands at octet ${offset}, expected ${next}`);
    next = offset + width;
  }
  if (next !== length) throw new Error(`layout: fields fill ${next} octets, expected ${length}`);
  return { length, fields };
}

/** The carried values. The caller has checked that `bytes` holds at least `layout.length` octets. */
export function decodeFields<F extends Field>(layout: Layout<F>, bytes: Uint8Array): Values<F> {
  const values: Record<string, number | string | PortState> = {};
  for (const field of layout.fields) {
    if (field.kind === 'hex') values[field.name] = octetsToHex(octetsOf(bytes, field));
    else if (field.kind === 'uint') values[field.name] = readUint(bytes, field);
    else if (field.kind === 'mac') values[field.name] = macFromBytes(bytes, field.offset);
    else if (field.kind === 'state') values[field.name] = decodePortState(readUint(bytes, field));
  }
  return values as Values<F>; // the loop above and the type Values make the same case distinction
}

/** A PDU of exactly `layout.length` octets. Throws a RangeError when a value does not fit its field. */
export function encodeFields<F extends Field>(layout: Layout<F>, values: Values<F>): Uint8Array {
  const bytes = new Uint8Array(layout.length);
  const given = values as Readonly<Record<string, number | string | PortState>>; // by name, as in decodeFields
  for (const field of layout.fields) {
    const value = field.kind === 'fixed' ? field.value : given[field.name];
    if (field.kind === 'reserved') continue;
    if (field.kind === 'hex') bytes.set(hexOctets(field, value), field.offset);
    else if (typeof value === 'string') bytes.set(macToBytes(value), field.offset);
    else if (typeof value === 'object') writeUint(bytes, field, encodePortState(value));
    else writeUint(bytes, field, value);
  }
  return bytes;
}

/** One line per field: offset, name, octets, value. For people; longer PDUs end with a line for the rest. */
export function printFields(layout: Layout<Field>, bytes: Uint8Array): string {
  const lines = layout.fields.map((field) => {
    const octets = octetsOf(bytes, field);
    return line(field.offset, field.name, octets, octets.length < field.width ? '(cut off)' : meaning(field, bytes));
  });
  if (bytes.length > layout.length) {
    lines.push(line(layout.length, 'trailing', bytes.subarray(layout.length), `(${bytes.length - layout.length})`));
  }
  return lines.join('\n');
}

function line(offset: number, name: string, octets: Uint8Array, value: string): string {
  const shown = Array.from(octets.subarray(0, 6), hexOctet).join(' ');
  const hex = octets.length > 6 ? `${shown} ..` : shown;
  return `${String(offset).padStart(4)}  ${name.padEnd(30)}${hex.padEnd(22)}${value}`.trimEnd();
}

function meaning(field: Field, bytes: Uint8Array): string {
  if (field.kind === 'mac') return macFromBytes(bytes, field.offset);
  if (field.kind === 'reserved' || field.kind === 'hex') return '';
  const value = readUint(bytes, field);
  if (field.kind !== 'state') return String(value);
  const state = decodePortState(value);
  return STATE_BITS.filter((name) => state[name]).join(' ') || '(no bit set)';
}

const octetsOf = (bytes: Uint8Array, { offset, width }: Field) => bytes.subarray(offset, offset + width);
const hexOctet = (octet: number) => octet.toString(16).padStart(2, '0');

/** Octets as lower-case hex digits. */
export const octetsToHex = (octets: Uint8Array): string => Array.from(octets, hexOctet).join('');

function hexOctets(field: Field, value: unknown): Uint8Array {
  if (typeof value !== 'string' || value.length !== 2 * field.width || !/^[0-9a-f]*$/.test(value)) {
    throw new RangeError(`${field.name}: ${String(value)} is not ${field.width} octets in hex`);
  }
  return Uint8Array.from({ length: field.width }, (_, i) => Number.parseInt(value.slice(2 * i, 2 * i + 2), 16));
}

/** Big-endian, up to four octets, unsigned. */
function readUint(bytes: Uint8Array, field: Field): number {
  let value = 0;
  for (let i = 0; i < field.width; i++) value = value * 256 + (bytes[field.offset + i] ?? 0);
  return value;
}

function writeUint(bytes: Uint8Array, field: Field, value: number | undefined): void {
  if (value === undefined || !Number.isInteger(value) || value < 0 || value >= 256 ** field.width) {
    throw new RangeError(`${field.name}: ${value} does not fit ${field.width} octets`);
  }
  let rest = value;
  for (let i = field.width - 1; i >= 0; i--) {
    bytes[field.offset + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
