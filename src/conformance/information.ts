/** What an LACPDU says of one end of a link: changing it, and telling it to people. */
import { STATE_BITS } from '../lacp/port-state.js';
import type { PortInformation, PortState } from '../lacp/variables.js';

/** Some of the fields; of the state also only some of the bits. */
export type SomeInformation = Partial<Omit<PortInformation, 'State'>> & { readonly State?: Partial<PortState> };

export function merged(base: PortInformation, some: SomeInformation): PortInformation {
  return { ...base, ...some, State: { ...base.State, ...some.State } };
}

/** A field or a state bit by its name. */
export type FieldName = keyof Omit<PortInformation, 'State'> | keyof PortState;

/** The same with another value in one field. */
export function altered(information: PortInformation, field: FieldName): SomeInformation {
  switch (field) {
    case 'System':
      return { System: information.System === OTHER_SYSTEM ? '02:cc:00:00:77:78' : OTHER_SYSTEM };
    case 'System_Priority':
    case 'Key':
    case 'Port_Priority':
    case 'Port':
      return { [field]: information[field] ^ 0x0400 };
    default:
      return { State: { [field]: !information.State[field] } };
  }
}

const OTHER_SYSTEM = '02:cc:00:00:77:77';

/** `LTASCD__`: the letters of the status table, bit 0 first. */
export function stateLetters(state: PortState): string {
  return STATE_BITS.map((bit, index) => (state[bit] ? 'LTASCDFE'[index] : '_')).join('');
}

/** `02:aa:00:00:00:00 key 0100 port 1 LTASCD__`. */
export function inWords({ System, Key, Port, State }: PortInformation): string {
  return `${System} key ${Key.toString(16).padStart(4, '0')} port ${Port} ${stateLetters(State)}`;
}
