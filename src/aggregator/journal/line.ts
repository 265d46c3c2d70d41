/**
 * The trace line: `INTERFACE PORT WHAT`, one event a line, in words that do not change between versions (docs/journal.md).
 * Frames are `<` received and `>` sent; a machine's step is `mux: WAITING (cause) -> ATTACHED`.
 */
import type { Lacpdu } from '../../lacp/lacpdu.pdu.js';
import type { PortInformation, PortState } from '../../lacp/variables.js';
import type { LinkFacts } from '../io.js';
import type { Again, Entry } from './compactor.js';

/** Without the time. */
export function traceLine(entry: Entry): string {
  const veth = 'veth' in entry ? entry.veth : '-';
  const port = 'port' in entry ? entry.port : '-';
  return `${veth} ${port} ${what(entry)}`;
}

function what(entry: Entry): string {
  switch (entry.event) {
    case 'lacpdu': {
      const dropped = entry.malformedTlvs === undefined ? '' : ` (${entry.malformedTlvs} malformed TLVs dropped)`;
      return `< LACPDU ${pduWords(entry.pdu)} from ${entry.source}${dropped}`;
    }
    case 'sent':
      return `> LACPDU ${pduWords(entry.pdu)}`;
    case 'marker': {
      const { kind, requesterSystem, requesterPort, requesterTransactionId } = entry.marker;
      const name = kind === 'response' ? 'Marker Response' : 'Marker';
      return `< ${name} ${requesterTransactionId} of ${requesterSystem} port ${requesterPort}`;
    }
    case 'marker-sent':
      return `> Marker ${entry.transaction}`;
    case 'marker-answered':
      return '> Marker Response';
    case 'other-protocol':
      return `< slow protocol of subtype ${entry.subtype}, not ours`;
    case 'malformed':
      return `< malformed: ${entry.reason} (${entry.octets})`;
    case 'link':
      return `link: ${linkWords(entry.facts)}`;
    case 'timer':
      return `timer: ${entry.timer} expired`;
    case 'interface-timer':
      return 'timer: a delay of the interface is over';
    case 'moves-timer':
      return 'timer: conversations that move, or a port that leaves';
    case 'interface-added':
      return `added: address ${entry.mac} ${settingWords(entry.settings)}`;
    case 'interface-set':
      return `set: ${settingWords(entry.settings)}`;
    case 'interface-removed':
      return 'removed';
    case 'port-added':
      return `added: port ${entry.number}, ${linkWords(entry.facts)}, ${settingWords(entry.settings)}`;
    case 'port-set':
      return `set: ${settingWords(entry.settings)}`;
    case 'port-removed':
      return entry.atOnce ? 'removed at once' : 'removed';
    case 'port-gone':
      return 'gone: its interface has vanished';
    case 'resumed':
      return `resumed from the vethd before: ${entry.ports.map(({ snapshot }) => snapshot.facts.name).join(', ') || 'no ports'}`;
    case 'say-again':
      return 'a restart is to come: every port repeats what it says';
    case 'load':
      return `load: ${entry.octets === undefined ? 'not known' : `${sum(entry.octets)} octets so far`}, for rebalancing`;
    case 'late':
      return `late: the control loop ran ${Math.round(entry.ms)} ms late`;
    case 'transition':
      return `${entry.machine}: ${entry.from} (${entry.cause}) -> ${entry.to}`;
    case 'forwarding': {
      const { collecting, distributing, carrier } = entry;
      return `forwarding: ports collecting ${list(collecting)}, distributing ${list(distributing)}; carrier ${carrier ? 'on' : 'off'}`;
    }
    case 'again':
      return againWords(entry);
  }
}

const AGAIN: Readonly<Record<Again['of'], string>> = {
  lacpdu: '< LACPDU',
  sent: '> LACPDU',
  timer: 'timer: periodic_timer expired',
  marker: '< Marker',
  'marker-answered': '> Marker Response',
  malformed: '< malformed',
  'other-protocol': '< slow protocol, not ours',
};

function againWords({ of, times, at, until, alike }: Again & { readonly at: number }): string {
  const last = ((at - until) / 1_000).toFixed(1);
  return `${AGAIN[of]} again ${times} times${alike ? '' : ', not all alike'}, the last ${last} s ago`;
}

const pduWords = ({ version, actor, partner }: Lacpdu): string =>
  `v${version} actor ${informationWords(actor)} partner ${informationWords(partner)}`;

const informationWords = ({ System_Priority, System, Key, Port_Priority, Port, State }: PortInformation): string =>
  `${System_Priority},${System} key ${Key.toString(16).padStart(4, '0')} port ${Port_Priority},${Port} ${letters(State)}`;

/** As in the status table, bit 0 first. */
const letters = (state: PortState): string => BITS.map(([letter, bit]) => (state[bit] ? letter : '_')).join('');

const BITS: readonly (readonly [letter: string, bit: keyof PortState])[] = [
  ['L', 'LACP_Activity'],
  ['T', 'LACP_Timeout'],
  ['A', 'Aggregation'],
  ['S', 'Synchronization'],
  ['C', 'Collecting'],
  ['D', 'Distributing'],
  ['F', 'Defaulted'],
  ['E', 'Expired'],
];

function linkWords({ adminUp, link, speed, duplex, mtu }: LinkFacts): string {
  const rate = speed === undefined ? 'speed unknown' : `${speed} Mbit/s`;
  return `${adminUp ? link : 'administratively down'}, ${rate}, ${duplex ?? 'unknown'} duplex, MTU ${mtu}`;
}

/** Settings by their names in JSON; those without a value are left out. */
const settingWords = (settings: object): string =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ');

const list = (numbers: readonly number[]): string => (numbers.length === 0 ? 'none' : numbers.join(','));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
