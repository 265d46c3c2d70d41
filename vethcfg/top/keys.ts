/** What the keys of `vethcfg top` stand for. */

export type Key = 'quit' | 'next' | 'previous' | 'none' | 'pause' | 'help' | 'suspend' | 'other';

const KEYS: Readonly<Record<string, Key>> = {
  q: 'quit',
  Q: 'quit',
  '\u0003': 'quit', // Ctrl-C: a terminal in raw mode sends no signal
  '\u0004': 'quit',
  '\u001a': 'suspend', // Ctrl-Z
  '\t': 'next',
  j: 'next',
  '\u001b[B': 'next',
  '\u001bOB': 'next',
  k: 'previous',
  '\u001b[A': 'previous',
  '\u001bOA': 'previous',
  '\u001b[Z': 'previous', // Shift-Tab
  '\u001b': 'none',
  p: 'pause',
  ' ': 'pause',
  h: 'help',
  '?': 'help',
};

const ESC = '\u001b';
/** A control sequence, as far as a keyboard sends them, or one character. */
const SEQUENCES = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|O.)|[^]`, 'gu');

/** Several keys may come at once. Sequences that are none of ours count as one key. */
export function keysIn(text: string): Key[] {
  return (text.match(SEQUENCES) ?? []).map((sequence) => KEYS[sequence] ?? 'other');
}
