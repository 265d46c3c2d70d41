/** A YAML scalar as the text that an option reads, and the repair that a wrong one gets. */
import type { Scalar } from 'yaml';

/** Syntax of options that are yes or no; `true` and `false` are also right for them in YAML. */
const FLAG = /^1\|0(\||$)/;

/** What was written: numbers keep their form (`0x100`, `2.50`). `syntax`: of the option that will read it. */
export function scalarText(node: Scalar, syntax = ''): string {
  if (typeof node.value === 'boolean' && FLAG.test(syntax)) return node.value ? '1' : '0';
  return node.source ?? String(node.value);
}

/** `say rate: fast or slow`; a range or a form of writing is named before its examples. */
export function sayInstead(
  name: string,
  side: { readonly syntax: string; readonly examples: readonly string[] },
): string {
  const words = /\d\.\.\d/.test(side.syntax) || side.examples.length === 0 ? side.syntax.split('|') : side.examples;
  return `say ${name}: ${words.slice(0, -1).join(', ')}${words.length > 1 ? ' or ' : ''}${words.at(-1)}`;
}
