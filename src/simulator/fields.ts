/** What can be expected of ports and interfaces: fields in words that a person writes, read from the status. */
import type { AggregatorStatus, PortStatus } from '../aggregator/status.js';
import { MUX_WORDS, PERIODIC_WORDS, RECEIVE_WORDS, SELECTED_WORDS } from '../aggregator/status-words.js';
import { CAUSES, type PortExplanation } from '../aggregator/verdict.js';
import { stateLetters } from '../lacp/port-state.js';
import { type Mac, Null_System } from '../lacp/variables.js';

/** How a field is written: one of these words, a number, or a form that is described. */
export type Writing =
  | { readonly words: readonly string[]; readonly several?: true }
  | { readonly form: RegExp; readonly syntax: string; readonly example: string };

export interface FieldOf<Status> {
  readonly help: string;
  readonly writing: Writing;
  read(status: Status, around: Around): string;
}

/** What a status alone does not tell. */
export interface Around {
  /** The simulated system of an address, by its name. */
  nameOf(system: Mac): string | undefined;
  readonly explanation?: PortExplanation | undefined;
}

export type PortField = keyof typeof PORT_FIELDS;
export type InterfaceField = keyof typeof INTERFACE_FIELDS;

/** A port that is not there is `none` in every field. */
export const ABSENT = 'none';

const LETTERS: Writing = { form: /^[LTASCDFE_]{8}$/, syntax: 'LETTERS', example: 'LTASCD__' };
const SYSTEM: Writing = { form: /^\S+$/, syntax: 'SYSTEM', example: 'right' };
const NUMBER: Writing = { form: /^\d+$/, syntax: 'NUMBER', example: '2' };

const partner = (system: Mac | undefined, { nameOf }: Around): string =>
  system === undefined || system === Null_System ? ABSENT : (nameOf(system) ?? system);

export const PORT_FIELDS = {
  mux: {
    help: 'state of the Mux machine',
    writing: { words: Object.values(MUX_WORDS) },
    read: ({ mux }) => MUX_WORDS[mux],
  },
  receive: {
    help: 'state of the Receive machine',
    writing: { words: Object.values(RECEIVE_WORDS) },
    read: ({ receive }) => RECEIVE_WORDS[receive],
  },
  periodic: {
    help: 'state of the Periodic Transmission machine',
    writing: { words: Object.values(PERIODIC_WORDS) },
    read: ({ periodic }) => PERIODIC_WORDS[periodic],
  },
  selected: {
    help: 'S selected, U unselected, B standing by',
    writing: { words: Object.values(SELECTED_WORDS) },
    read: ({ selected }) => SELECTED_WORDS[selected],
  },
  'actor-state': {
    help: 'what it says of itself, in the letters of the status table',
    writing: LETTERS,
    read: ({ actor }) => stateLetters(actor.State),
  },
  'partner-state': {
    help: 'what its partner says of itself',
    writing: LETTERS,
    read: ({ partner: { State } }) => stateLetters(State),
  },
  partner: {
    help: 'its partner: a system of the file, another system identifier, or none',
    writing: SYSTEM,
    read: ({ partner: { System } }, around) => partner(System, around),
  },
  link: {
    help: 'what is known of its link',
    writing: { words: ['up', 'down', 'unknown'] },
    read: ({ link }) => link,
  },
  why: {
    help: 'the causes that vethcfg why gives, all of them in any order, or none',
    writing: { words: [ABSENT, ...CAUSES], several: true },
    read: (_, { explanation }) => causes(explanation?.verdicts.map(({ cause }) => cause) ?? []),
  },
} as const satisfies Record<string, FieldOf<PortStatus>>;

export const INTERFACE_FIELDS = {
  carrier: {
    help: 'the carrier that the host sees',
    writing: { words: ['on', 'off'] },
    read: ({ carrier }) => (carrier ? 'on' : 'off'),
  },
  distributing: {
    help: 'how many ports distribute',
    writing: NUMBER,
    read: ({ ports }) => String(ports.filter(({ distributing }) => distributing).length),
  },
  collecting: {
    help: 'how many ports collect',
    writing: NUMBER,
    read: ({ ports }) => String(ports.filter(({ collecting }) => collecting).length),
  },
  partner: {
    help: 'the partner: a system of the file, another system identifier, or none',
    writing: SYSTEM,
    read: ({ partnerSystem }, around) => partner(partnerSystem, around),
  },
} as const satisfies Record<string, FieldOf<AggregatorStatus>>;

/** Several causes as one text, whatever their order. */
export const causes = (names: readonly string[]): string =>
  names.length === 0 ? ABSENT : [...names].sort().join(', ');
