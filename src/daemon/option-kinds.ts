/** Kinds of option values: how they are written, read and printed. Reading gives a value, never an exception. */
import type { Damping } from '../aggregator/link-hold.js';
import type { Mac } from '../lacp/variables.js';
import { type ConversationRange, parseConversationLinks, printConversationLinks } from '../mux/conversations.js';

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  /** `problem` completes "rate=quick: ..."; `repair` is only there when it differs from the kind's syntax. */
  | { readonly ok: false; readonly problem: string };

export interface Kind<T> {
  /** As in `rate=SYNTAX`: `fast|slow`, `0..65535`. */
  readonly syntax: string;
  /** Right values to choose from or to learn from; the first ones serve in refusals and completion. */
  readonly examples: readonly string[];
  read(text: string): Read<T>;
  print(value: T): string;
}

const right = <T>(value: T): Read<T> => ({ ok: true, value });
const wrong = (problem: string): Read<never> => ({ ok: false, problem });

/** One of a few words. */
export function choice<T extends string>(noun: string, words: readonly T[]): Kind<T> {
  return {
    syntax: words.join('|'),
    examples: words,
    read: (text) => {
      const word = words.find((candidate) => candidate === text);
      return word === undefined ? wrong(`not ${noun}`) : right(word);
    },
    print: (word) => word,
  };
}

/** 1 is yes, 0 is no. */
export function flag(): Kind<boolean> {
  return {
    syntax: '1|0',
    examples: ['1', '0'],
    read: (text) => (text === '1' ? right(true) : text === '0' ? right(false) : wrong('neither 1 nor 0')),
    print: (value) => (value ? '1' : '0'),
  };
}

/** A whole number, decimal or hexadecimal with 0x, between two bounds (both allowed). */
export function whole(noun: string, least: number, most: number): Kind<number> {
  return {
    syntax: `${least}..${most}`,
    examples: [],
    read: (text) => {
      if (!/^(\d{1,10}|0[xX][0-9a-fA-F]{1,8})$/.test(text)) return wrong(`not ${noun}`);
      const value = Number(text);
      if (value < least) return wrong(`less than ${least}`);
      return value > most ? wrong(`more than ${most}`) : right(value);
    },
    print: String,
  };
}

/** The name of a port, be it there or not. `nameProblem`: why it cannot be one. */
export function portName(nameProblem: (name: string) => string | undefined): Kind<string> {
  return {
    syntax: 'PORT',
    examples: ['eth0'],
    read: (text) => {
      const problem = nameProblem(text);
      return problem === undefined ? right(text) : wrong(problem);
    },
    print: (name) => name,
  };
}

/** The MAC address of one station: not null, not multicast, not broadcast. */
export function stationAddress(): Kind<Mac> {
  return {
    syntax: 'MAC',
    examples: ['02:00:00:00:00:01'],
    read: (text) => {
      if (!/^[0-9a-fA-F]{2}([:-])([0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}$/.test(text)) return wrong('not a MAC address');
      const mac = text.toLowerCase().replaceAll('-', ':');
      if (mac === '00:00:00:00:00:00') return wrong('the null address, which stands for "no partner"');
      // The group bit (IEEE 802) is the lowest bit of the first octet.
      return Number.parseInt(mac.slice(0, 2), 16) & 1 ? wrong('a group address, not one of a station') : right(mac);
    },
    print: (mac) => mac,
  };
}

const SPEED_FACTOR: Readonly<Record<string, number>> = { '': 1, M: 1, G: 1_000, T: 1_000_000 };
const HIGHEST_SPEED = 10_000_000;

/** A link speed in Mbit/s: `10`, `1000`, `100M`, `1G`, `2.5G`. */
export function speed(): Kind<number> {
  return {
    syntax: 'SPEED',
    examples: ['100', '1G', '2.5G', '10G'],
    read: (text) => {
      const [, digits, suffix] = /^(\d{1,8}(?:\.\d{1,6})?)([MGT]?)$/.exec(text.toUpperCase()) ?? [];
      if (digits === undefined) return wrong('not a speed');
      const mbits = Number(digits) * (SPEED_FACTOR[suffix ?? ''] ?? 1);
      if (mbits > HIGHEST_SPEED) return wrong('faster than 10T');
      return mbits >= 1 && Number.isInteger(mbits) ? right(mbits) : wrong('not a whole number of Mbit/s');
    },
    print: (mbits) => (mbits >= 1_000 && mbits % 100 === 0 ? `${mbits / 1_000}G` : String(mbits)),
  };
}

/** Some letters of a set, each at most once, in any order; `-` for none of them. */
export function letters(noun: string, known: readonly string[], examples: readonly string[]): Kind<string> {
  return {
    syntax: `${known.join('')}|-`,
    examples: [...examples, '-'],
    read: (text) => {
      const given = text === '-' ? [] : [...text.toUpperCase()];
      if (text === '' || given.some((letter) => !known.includes(letter))) return wrong(`not ${noun}`);
      if (new Set(given).size < given.length) return wrong('a letter is given twice');
      return right(known.filter((letter) => given.includes(letter)).join(''));
    },
    print: (value) => (value === '' ? '-' : value),
  };
}

/** `3/60`: so many failures of a link within so many seconds. */
export function damping(): Kind<Damping> {
  return {
    syntax: 'FAILURES/SECONDS',
    examples: ['3/60'],
    read: (text) => {
      const [, failures, seconds] = /^(\d{1,4})\/(\d{1,5})$/.exec(text) ?? [];
      if (failures === undefined || seconds === undefined) return wrong('not a number of failures and of seconds');
      if (Number(failures) < 1 || Number(failures) > 100) return wrong('failures are 1 to 100');
      if (Number(seconds) < 1 || Number(seconds) > 3_600) return wrong('seconds are 1 to 3600');
      return right({ failures: Number(failures), seconds: Number(seconds) });
    },
    print: ({ failures, seconds }) => `${failures}/${seconds}`,
  };
}

/** Which links some conversations prefer: `0-2047:1,2/2048-4095:2,1`. */
export function conversationLinks(): Kind<readonly ConversationRange[]> {
  return {
    syntax: 'FIRST-LAST:LINK,...[/...]',
    examples: ['0-2047:1,2/2048-4095:2,1'],
    read: (text) => {
      const ranges = parseConversationLinks(text);
      return typeof ranges === 'string' ? wrong(ranges) : right(ranges);
    },
    print: printConversationLinks,
  };
}

/** The same kind, or the word `none` for "not set". */
export function orNone<T>(kind: Kind<T>): Kind<T | undefined> {
  return {
    syntax: `${kind.syntax}|none`,
    examples: [...kind.examples, 'none'],
    read: (text) => (text === 'none' ? right(undefined) : kind.read(text)),
    print: (value) => (value === undefined ? 'none' : kind.print(value)),
  };
}

/** The same kind, or the word `random`. */
export function orRandom(kind: Kind<string>): Kind<string> {
  return {
    syntax: `${kind.syntax}|random`,
    examples: [...kind.examples, 'random'],
    read: (text) => (text === 'random' ? right(text) : kind.read(text)),
    print: (value) => (value === 'random' ? value : kind.print(value)),
  };
}

/** The same kind, or the word `auto` for "not set". */
export function orAuto<T>(kind: Kind<T>): Kind<T | undefined> {
  return {
    syntax: `${kind.syntax}|auto`,
    examples: [...kind.examples, 'auto'],
    read: (text) => (text === 'auto' ? right(undefined) : kind.read(text)),
    print: (value) => (value === undefined ? 'auto' : kind.print(value)),
  };
}
