/**
 * Every option of `vethcfg add` and `vethcfg set`: one table that the daemon parses by, and that help texts,
 * completion and `show` print from. The daemon validates; the client only sends the words, so that a script on
 * the control socket gets the same refusals.
 */
import { PRIMARY_RESELECTS } from '../aggregator/backup-order.js';
import { FALLBACKS } from '../aggregator/fallback.js';
import { MODES } from '../aggregator/mode.js';
import { PARTNER_STATE_LETTERS } from '../aggregator/partner-admin.js';
import { POLICIES } from '../aggregator/policy.js';
import {
  type AggregatorSettings,
  DEFAULT_AGGREGATOR,
  DEFAULT_PORT,
  FAREWELLS,
  type PortSettings,
  WEIGHTS,
} from '../aggregator/settings.js';
import { HASH_POLICIES } from '../mux/hash.js';
import { nameProblem } from './interface-name.js';
import {
  choice,
  conversationLinks,
  damping,
  flag,
  type Kind,
  letters,
  orAuto,
  orNone,
  orRandom,
  portName,
  speed,
  stationAddress,
  whole,
} from './option-kinds.js';
import { Refusal } from './refusal.js';

/** An option as it applies to an interface, or as it applies to a port. */
export interface OptionSide<Settings> {
  /** As in `rate=SYNTAX`. */
  readonly syntax: string;
  /** Right values, for refusals and completion; empty for plain ranges. */
  readonly examples: readonly string[];
  /** The default value, as the user would write it. */
  readonly fallback: string;
  read(text: string): { readonly ok: true; readonly settings: Partial<Settings> } | { ok: false; problem: string };
  /** The value in force, as the user would write it. */
  print(settings: Settings): string;
}

export interface Option {
  readonly name: string;
  /** One sentence without full stop. */
  readonly help: string;
  readonly aggregator?: OptionSide<AggregatorSettings>;
  readonly port?: OptionSide<PortSettings>;
}

/** `add`: what belongs to both (agg_wc, key) is meant for the interface. */
export type OptionScope = 'add' | 'aggregator' | 'port';

export interface ParsedOptions {
  readonly aggregator: Partial<AggregatorSettings>;
  readonly port: Partial<PortSettings>;
}

function side<Settings, Key extends keyof Settings>(key: Key, kind: Kind<Settings[Key]>, defaults: Settings) {
  const read: OptionSide<Settings>['read'] = (text) => {
    const result = kind.read(text);
    // A computed key widens to string in TypeScript: the cast only restores what `key: Key` says.
    return result.ok ? { ok: true, settings: { [key]: result.value } as unknown as Partial<Settings> } : result;
  };
  const { syntax, examples } = kind;
  const print = (settings: Settings) => kind.print(settings[key]);
  return { syntax, examples, fallback: print(defaults), read, print } satisfies OptionSide<Settings>;
}

const ofAggregator = <Key extends keyof AggregatorSettings>(key: Key, kind: Kind<AggregatorSettings[Key]>) =>
  side(key, kind, DEFAULT_AGGREGATOR);
const ofPort = <Key extends keyof PortSettings>(key: Key, kind: Kind<PortSettings[Key]>) =>
  side(key, kind, DEFAULT_PORT);

export const OPTIONS: readonly Option[] = [
  {
    name: 'mode',
    help: 'lacp negotiates the links; without LACP are fec, a static group (the switch says "mode on"), bridge, where the ports are bridged and the interface is the local port of the bridge, active-backup, where one port carries and the others stand by, and alias, another name for one port; auto: alias while there is one port, lacp with more',
    aggregator: ofAggregator('mode', choice('a mode', MODES)),
  },
  {
    name: 'lacp',
    help: 'active sends LACPDUs unasked, passive only answers, off uses no LACP',
    aggregator: ofAggregator('lacp', choice('an LACP mode', ['active', 'passive', 'off'])),
  },
  {
    name: 'rate',
    help: 'what we ask of the partner: fast is one LACPDU a second (short timeout), slow one in 30 seconds',
    aggregator: ofAggregator('rate', choice('a rate', ['fast', 'slow'])),
  },
  {
    name: 'system-priority',
    help: 'the system with the lower number decides which links are used',
    aggregator: ofAggregator('systemPriority', whole('a priority', 0, 65_535)),
  },
  {
    name: 'system-id',
    help: 'the address that names this system to the partner; auto: the address of the interface',
    aggregator: ofAggregator('systemId', orAuto(stationAddress())),
  },
  {
    name: 'key',
    help: 'only ports with the same key aggregate; auto: 256 for veth0, 512 for veth1, and so on (of a port: that of the interface); with agg_wc=0 a multiple of 16',
    aggregator: ofAggregator('key', orAuto(whole('a key', 1, 65_535))),
    port: ofPort('key', orAuto(whole('a key', 1, 65_535))),
  },
  {
    name: 'mux',
    help: 'independent collects before it distributes, coupled starts both together',
    aggregator: ofAggregator('mux', choice('a kind of mux control', ['independent', 'coupled'])),
  },
  {
    name: 'hash',
    help: 'what keeps frames of one conversation on one link: addresses, also IP addresses, also TCP and UDP ports; encap takes those of the packet inside a tunnel (GRE, VXLAN, IP in IP); vlan+srcmac the source address and the VLAN; mac-xor the lowest bits of source XOR destination, as Fast EtherChannel; auto: mac-xor with mode=fec, else layer3+4',
    aggregator: ofAggregator('hash', orAuto(choice('a hash policy', HASH_POLICIES))),
  },
  {
    name: 'hash-seed',
    help: 'another number makes the same conversations fall otherwise: for switches in a row, which would all choose alike; with lacp-version=2 only 0 can be agreed with the partner',
    aggregator: ofAggregator('hashSeed', whole('a seed', 0, 0xffff_ffff)),
  },
  {
    name: 'hash-flow-label',
    help: 'with hash=layer3+4 and encap3+4: 1 has the flow label of IPv6 tell conversations apart too; each end chooses its label, so the two directions of a conversation may use different links, and a host that changes the label on a loss changes the link',
    aggregator: ofAggregator('hashFlowLabel', flag()),
  },
  {
    name: 'weights',
    help: 'speed: each port takes conversations in proportion to its speed, one of unknown speed as the slowest of the others; equal: all take the same (with lacp-version=2 always)',
    aggregator: ofAggregator('weights', choice('a kind of weights', WEIGHTS)),
  },
  {
    name: 'rebalance',
    help: 'every so many seconds the conversations with most octets move from the fullest to the emptiest ports, without loss or reordering; 0: never. Both directions of a conversation may then use different links',
    aggregator: ofAggregator('rebalance', whole('a number of seconds', 0, 3_600)),
  },
  {
    name: 'min-links',
    help: 'the interface has carrier only while at least so many ports distribute',
    aggregator: ofAggregator('minLinks', whole('a number of links', 1, 256)),
  },
  {
    name: 'max-links',
    help: 'more ports than this stand by',
    aggregator: ofAggregator('maxLinks', whole('a number of links', 1, 256)),
  },
  {
    name: 'primary',
    help: 'with mode=active-backup: the port that carries whenever it can; none: the one that carries goes on',
    aggregator: ofAggregator('primary', orNone(portName(nameProblem))),
  },
  {
    name: 'primary-reselect',
    help: 'with mode=active-backup: when the primary port takes over from one that works: always, better (when it is faster), or failure (only when that one fails)',
    aggregator: ofAggregator('primaryReselect', choice('a rule', PRIMARY_RESELECTS)),
  },
  {
    name: 'bridge-stp',
    help: 'with mode=bridge in the kernel: 1 speaks the spanning tree protocol (802.1D), which blocks what would be a loop; 0 lets the loop guard do so',
    aggregator: ofAggregator('bridgeStp', flag()),
  },
  {
    name: 'bridge-priority',
    help: 'with bridge-stp=1: the bridge with the lowest number is the root',
    aggregator: ofAggregator('bridgePriority', whole('a priority', 0, 65_535)),
  },
  {
    name: 'bridge-forward-delay',
    help: 'with bridge-stp=1: seconds for which a port that comes up listens, and as many for which it learns, before it forwards',
    aggregator: ofAggregator('bridgeForwardDelay', whole('a number of seconds', 2, 30)),
  },
  {
    name: 'bridge-ageing',
    help: 'with mode=bridge: seconds after which a silent address is forgotten; frames to it are flooded again',
    aggregator: ofAggregator('bridgeAgeing', whole('a number of seconds', 1, 1_000_000)),
  },
  {
    name: 'bridge-multicast-snooping',
    help: 'with mode=bridge in the kernel: 1 sends multicast only where somebody has joined, as soon as there is a querier; 0 floods it',
    aggregator: ofAggregator('bridgeMulticastSnooping', flag()),
  },
  {
    name: 'bridge-loop-guard',
    help: 'with mode=bridge and bridge-stp=0: 1 sends a probe on each port every second, and blocks a port whose probe comes back; 0 does not look for loops',
    aggregator: ofAggregator('bridgeLoopGuard', flag()),
  },
  {
    name: 'peer-notify',
    help: 'with mode=active-backup: how often neighbours and switches are told when another port begins to carry, by gratuitous ARP and Neighbour Advertisements for each address, 200 ms apart; 0: never',
    aggregator: ofAggregator('peerNotify', whole('a number of times', 0, 255)),
  },
  {
    name: 'policy',
    help: 'which partner is used when the ports lead to several: stable keeps the first, bandwidth, count and port-priority take the one with most Mbit/s, most ports, or the best port, and change only for a better one',
    aggregator: ofAggregator('policy', choice('a policy', POLICIES)),
  },
  {
    name: 'fallback',
    help: 'which ports are used without a partner when nobody speaks LACP on any: none, one (that with the best port-priority), or all, which a switch without a static group answers with duplicates; ends with the first valid LACPDU',
    aggregator: ofAggregator('fallback', choice('a fallback', FALLBACKS)),
  },
  {
    name: 'fallback-delay',
    help: 'seconds for which nobody must have been heard before that',
    aggregator: ofAggregator('fallbackDelay', whole('a number of seconds', 0, 3_600)),
  },
  {
    name: 'up-delay',
    help: 'milliseconds for which a link must have been up again before it is used',
    aggregator: ofAggregator('upDelay', whole('a number of milliseconds', 0, 600_000)),
  },
  {
    name: 'down-delay',
    help: 'milliseconds for which a link must have been down before it is given up; what is sent meanwhile is lost',
    aggregator: ofAggregator('downDelay', whole('a number of milliseconds', 0, 600_000)),
  },
  {
    name: 'damping',
    help: 'a link that has failed so many times within so many seconds is kept out until it has been up for as many seconds',
    aggregator: ofAggregator('damping', orNone(damping())),
  },
  {
    name: 'farewell',
    help: 'what the last LACPDU of a removed port says: out-of-sync; individual, as Linux bonding does, for which some switches shut the port; none sends no farewell',
    aggregator: ofAggregator('farewell', choice('a farewell', FAREWELLS)),
  },
  {
    name: 'lacp-version',
    help: '2 speaks LACP version 2 to a partner that does: both ends then send each conversation over the same link',
    aggregator: ofAggregator('lacpVersion', whole('a version', 1, 2)),
  },
  {
    name: 'conversation-links',
    help: 'with lacp-version=2: the links, by number, that conversations 0 to 4095 prefer, best first; auto: all evenly',
    aggregator: ofAggregator('conversationLinks', orAuto(conversationLinks())),
  },
  {
    name: 'discard-wrong-conversation',
    help: 'with lacp-version=2, while both ends agree: 1 drops frames that come in on another link than their conversation has',
    aggregator: ofAggregator('discardWrongConversation', flag()),
  },
  {
    name: 'agg_wc',
    help: 'the wildcard: 1 admits ports of unknown or different speed, duplex or link, 0 is as the standard says; auto (ports only): as the interface',
    aggregator: ofAggregator('agg_wc', flag()),
    port: ofPort('agg_wc', orAuto(flag())),
  },
  {
    name: 'mac',
    help: 'the address of the interface; auto: that of its first port; random: made up once for the interface',
    aggregator: ofAggregator('mac', orAuto(orRandom(stationAddress()))),
  },
  {
    name: 'mtu',
    help: 'the MTU of the interface and its ports; auto: the smallest of the ports',
    aggregator: ofAggregator('mtu', orAuto(whole('an MTU', 68, 65_535))),
  },
  {
    name: 'port-priority',
    help: 'ports with lower numbers are used first when there are more than max-links',
    port: ofPort('portPriority', whole('a priority', 0, 65_535)),
  },
  {
    name: 'speed',
    help: 'the declared speed in Mbit/s, or with M, G or T, full duplex; auto: what the kernel reports',
    port: ofPort('speed', orAuto(speed())),
  },
  {
    name: 'aggregation',
    help: '0: an individual link that never aggregates',
    port: ofPort('aggregation', flag()),
  },
  {
    name: 'gate',
    help: 'open; collect-only: the port takes frames and sends none; closed: it is out of the aggregate, its LACPDUs say so',
    port: ofPort('gate', choice('a gate', ['open', 'collect-only', 'closed'])),
  },
  {
    name: 'partner-system',
    help: 'the system that is taken for the partner while none is heard (Partner_Admin_System)',
    port: ofPort('partnerSystem', orNone(stationAddress())),
  },
  {
    name: 'partner-system-priority',
    help: 'the system priority of a partner that is not heard',
    port: ofPort('partnerSystemPriority', whole('a priority', 0, 65_535)),
  },
  {
    name: 'partner-key',
    help: 'the key of a partner that is not heard',
    port: ofPort('partnerKey', whole('a key', 0, 65_535)),
  },
  {
    name: 'partner-port',
    help: 'the port number of a partner that is not heard',
    port: ofPort('partnerPort', whole('a port number', 0, 65_535)),
  },
  {
    name: 'partner-port-priority',
    help: 'the port priority of a partner that is not heard',
    port: ofPort('partnerPortPriority', whole('a priority', 0, 65_535)),
  },
  {
    name: 'partner-state',
    help: 'the state of a partner that is not heard, in letters of the status table: L active, T short timeout, A aggregatable, S in sync, C collecting, D distributing; ASCD aggregates with a partner that has no LACP',
    port: ofPort('partnerState', letters('a partner state', Object.keys(PARTNER_STATE_LETTERS), ['TA', 'ASCD'])),
  },
];

/**
 * Reads `OPTION=VALUE` words; throws a `Refusal` that names word, value and repair. Undefined values (`auto`) are
 * present as keys, so that a spread over the settings in force resets them.
 *
 *     parseOptions(['rate=fast', 'speed=1G'], 'add') // { aggregator: { rate: 'fast' }, port: { speed: 1000 } }
 */
export function parseOptions(words: readonly string[], scope: OptionScope): ParsedOptions {
  let aggregator: Partial<AggregatorSettings> = {};
  let port: Partial<PortSettings> = {};
  const seen = new Set<string>();
  for (const word of words) {
    const { option, text } = splitWord(word);
    if (seen.has(option.name)) {
      throw new Refusal({ thing: word, problem: `${option.name} is given twice`, repair: 'give it once', value: text });
    }
    seen.add(option.name);
    if (scope !== 'port' && option.aggregator !== undefined) {
      aggregator = { ...aggregator, ...readValue(word, option.name, text, option.aggregator) };
    } else if (scope !== 'aggregator' && option.port !== undefined) {
      port = { ...port, ...readValue(word, option.name, text, option.port) };
    } else {
      throw wrongScope(word, text, scope);
    }
  }
  return { aggregator, port };
}

function splitWord(word: string): { option: Option; text: string } {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const option = OPTIONS.find((candidate) => candidate.name === name);
  if (option === undefined) {
    const names = OPTIONS.map((candidate) => candidate.name).join(', ');
    throw new Refusal({ thing: word, problem: 'no such option', repair: `the options are ${names}` });
  }
  if (equals < 0) {
    const { syntax } = option.aggregator ?? option.port ?? { syntax: 'VALUE' };
    throw new Refusal({ thing: word, problem: 'has no value', repair: `say ${name}=${syntax}` });
  }
  return { option, text: word.slice(equals + 1) };
}

function readValue<Settings>(word: string, name: string, text: string, how: OptionSide<Settings>): Partial<Settings> {
  const result = how.read(text);
  if (result.ok) return result.settings;
  throw new Refusal({ thing: word, problem: result.problem, repair: sayInstead(name, how), value: text });
}

/** `say rate=fast or rate=slow`; a range or a form of writing is named before its examples. */
function sayInstead(name: string, { syntax, examples }: { syntax: string; examples: readonly string[] }): string {
  const words = /\d\.\.\d/.test(syntax) ? syntax.split('|') : examples;
  const said = words.map((word) => `${name}=${word}`);
  return `say ${said.slice(0, -1).join(', ')}${said.length > 1 ? ' or ' : ''}${said.at(-1)}`;
}

function wrongScope(word: string, text: string, scope: OptionScope): Refusal {
  return scope === 'port'
    ? new Refusal({
        thing: word,
        problem: 'an option of the interface, not of a port',
        repair: `say vethcfg set VETH ${word}`,
        value: text,
      })
    : new Refusal({
        thing: word,
        problem: 'an option of a port, not of the interface',
        repair: `say vethcfg set PORT ${word}`,
        value: text,
      });
}
