/** The stimuli of a journal, given to a new engine at their times: it does the same again, and tells it. */
import { encodeMarker } from '../../lacp/marker.pdu.js';
import type { Parsed } from '../../lacp/slow-protocols.js';
import type { Md5 } from '../conversations.js';
import { LacpSystem } from '../system.js';
import { VirtualClock } from '../virtual-clock.js';
import type { Happening } from './happening.js';

export interface Recorded {
  readonly at: number;
  readonly happening: Happening;
}

/** `recorded`: whole, as `SystemEffects.journal` gave it. What the engine tells when it gets the stimuli again. */
export function replay(recorded: readonly Recorded[], md5: Md5): Recorded[] {
  const told: Recorded[] = [];
  const clock = new VirtualClock();
  const system = new LacpSystem({
    clock,
    md5,
    send() {},
    sendMarker() {},
    answerMarker() {},
    table() {},
    // It is told as soon as it is known: here, what was told next.
    bucketBytes() {
      const next = recorded[told.length]?.happening;
      return next?.event === 'load' && next.octets !== undefined ? Float64Array.from(next.octets) : undefined;
    },
    forwarding() {},
    transition() {},
    changed() {},
    failed(_, error) {
      throw error;
    },
    journal: (at, happening) => told.push({ at, happening }),
  });
  for (const [index, { at, happening }] of recorded.entries()) {
    // A consequence, or one of several timers that expired together, has been told by now.
    if (told.length > index) continue;
    clock.set(at);
    if (happening.event === 'late') told.push({ at, happening });
    else give(system, clock, happening);
  }
  system.close();
  return told;
}

function give(system: LacpSystem, clock: VirtualClock, happening: Happening): void {
  const parsed = frameOf(happening);
  if (parsed !== undefined && 'number' in happening) {
    const octets = happening.event === 'malformed' ? fromHex(happening.octets) : undefined;
    system.hear(happening.number, parsed, octets);
    return;
  }
  switch (happening.event) {
    case 'timer':
    case 'interface-timer':
    case 'moves-timer':
      clock.runDue();
      break;
    case 'link':
      system.linkChanged(happening.number, happening.facts);
      break;
    case 'interface-added':
      system.addAggregator(happening.veth, happening.index, happening.mac, happening.settings);
      break;
    case 'interface-set':
      system.setAggregator(happening.veth, happening.settings, happening.mac);
      break;
    case 'interface-removed':
      system.removeAggregator(happening.veth);
      break;
    case 'port-added':
      system.addPort(happening.veth, happening.facts, happening.settings, happening.number);
      break;
    case 'port-set':
      system.setPort(happening.number, happening.settings);
      break;
    case 'port-removed':
      system.removePort(happening.number, () => {}, { atOnce: happening.atOnce });
      break;
    case 'port-gone':
      system.dropPort(happening.number);
      break;
    case 'resumed':
      system.resumePorts(happening.veth, happening.former, happening.ports);
      break;
    case 'say-again':
      system.sayAgain();
      break;
    default: // a consequence: it comes by itself
      break;
  }
}

function frameOf(happening: Happening): Parsed | undefined {
  switch (happening.event) {
    case 'lacpdu': {
      const { source, pdu, malformedTlvs } = happening;
      return { kind: 'lacpdu', source, pdu, ...(malformedTlvs !== undefined && { malformedTlvs }) };
    }
    case 'marker': {
      const { source, marker } = happening;
      return { kind: 'marker', source, marker, body: encodeMarker(marker) };
    }
    case 'other-protocol':
      return { kind: 'other', subtype: happening.subtype };
    case 'malformed':
      return { kind: 'malformed', reason: happening.reason };
    default:
      return undefined;
  }
}

const fromHex = (octets: string): Uint8Array =>
  Uint8Array.from(octets.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
