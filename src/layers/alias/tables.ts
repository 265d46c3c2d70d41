/** The files `aliases` and `alias_types`, octet by octet as /proc/net/aliases and /proc/net/alias_types were. */
import type { NetAlias } from './net-alias.js';

/** Octets of a record of `aliases`, with its newline. */
const RECORD = 64;

/** `mains`: names of devices in the order of the kernel. */
export function aliasesTable(engine: NetAlias, mains: readonly string[]): string {
  const types = new Map(engine.types().map((type) => [type.family, type]));
  const lines = engine.chain(mains).flatMap((name) => {
    const alias = engine.find(name);
    if (alias === undefined) return []; // a main device
    const address = types.get(alias.family)?.print?.(alias.address) ?? '-';
    return [`${name.padEnd(16)} ${String(alias.family).padEnd(6)} ${address}`];
  });
  return ['device           family address', ...lines].map(record).join('');
}

const record = (line: string): string => `${line.slice(0, RECORD - 1).padEnd(RECORD - 1)}\n`;

export function aliasTypesTable(engine: NetAlias): string {
  const lines = engine.types().map(({ family, name }) => {
    return `${String(family).padEnd(7)} ${name.padEnd(15)} ${String(engine.attached(family)).padEnd(7)}`;
  });
  return ['type    name            n_attach', ...lines].map((line) => `${line}\n`).join('');
}
