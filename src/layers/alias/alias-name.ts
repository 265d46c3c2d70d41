/**
 * Names of aliases as net_alias reads them: the text to the first `:` is the main device, then a decimal slot number,
 * then nothing or exactly one `-`, which asks for deletion. A name is made as the kernel's labels are: 15 octets at most.
 */
import { AliasError } from './alias-error.js';

export interface AliasName {
  /** `eth0:0`, without the minus. */
  readonly name: string;
  /** The main device. */
  readonly main: string;
  readonly slot: number;
  /** A trailing minus asks for deletion. */
  readonly deletes: boolean;
}

/** IFNAMSIZ without the final null. */
const LONGEST = 15;
/** Beyond it no limit can be set. */
const LARGEST_SLOT = 65_535;
const REPAIR = 'say a main device, a colon and a number, such as eth0:0';

/** Throws `AliasError` (ENODEV, as for any device that cannot be). */
export function readAliasName(text: string): AliasName {
  const refuse = (problem: string, repair = REPAIR) => new AliasError('ENODEV', text, problem, repair);
  const colon = text.indexOf(':');
  if (colon < 0) throw refuse('not the name of an alias: it has no colon');
  const main = text.slice(0, colon);
  const tail = text.slice(colon + 1);
  if (main === '') throw refuse('no main device before the colon');
  if (tail === '') throw refuse('nothing after the colon');
  if (tail.includes(':')) throw refuse('an alias of an alias', `say an alias of ${main}`);
  const [, digits, minus] = /^(\d+)(-?)$/.exec(tail) ?? [];
  if (digits === undefined) throw refuse(`'${tail}' is not a slot number`);
  const slot = Number(digits);
  if (slot > LARGEST_SLOT) throw refuse(`slot ${digits} is too large`, `say a slot from 0 to ${LARGEST_SLOT}`);
  // 007 is slot 7: one alias has one name.
  const name = `${main}:${slot}`;
  if (name.length > LONGEST) throw refuse(`longer than ${LONGEST} characters`, 'take a smaller slot number');
  return { name, main, slot, deletes: minus === '-' };
}
