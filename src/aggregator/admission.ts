/**
 * Which links may take part, and under which Actor key: the standard's rule (full duplex, known speed, same speed) and
 * the seed's wildcard `agg_wc`, which departs from it on purpose in exactly three points: unknown or different speed,
 * unknown or half duplex, unknown link state.
 */
import type { LinkFacts } from './io.js';
import type { PortSettings } from './settings.js';

export interface Admission {
  /** port_enabled: the link is up, or may be taken for up. */
  readonly port_enabled: boolean;
  /** False: the port runs no LACP and stays out. */
  readonly admitted: boolean;
  /** Mbit/s in force; undefined: unknown. */
  readonly speed: number | undefined;
  readonly duplex: 'full' | 'half' | undefined;
  /** The wildcard applies to this port. */
  readonly wildcard: boolean;
  /** In words: on what condition the port is in, or why it is out. */
  readonly notes: readonly string[];
}

type Link = Pick<LinkFacts, 'adminUp' | 'link' | 'speed' | 'duplex'>;

export function admit(facts: Link, settings: PortSettings, aggregatorWildcard: boolean): Admission {
  const wildcard = settings.agg_wc ?? aggregatorWildcard;
  const speed = settings.speed ?? facts.speed;
  const duplex = settings.speed === undefined ? facts.duplex : 'full';
  const link = facts.adminUp ? facts.link : 'down';

  const doubts: string[] = [];
  if (link === 'unknown') doubts.push('link state unknown');
  // A link that is down has nothing to report: that is no doubt about it.
  if (link !== 'down' && speed === undefined) doubts.push('speed unknown');
  if (link !== 'down' && duplex === undefined) doubts.push('duplex unknown');
  if (duplex === 'half') doubts.push('half duplex');

  return {
    port_enabled: link === 'up' || (link === 'unknown' && wildcard),
    admitted: wildcard || doubts.length === 0,
    speed,
    duplex,
    wildcard,
    notes: doubts.map((doubt) =>
      wildcard
        ? `${doubt}, admitted by agg_wc`
        : `${doubt}: kept out because agg_wc=0 (declare speed=MBIT on the port, or set agg_wc=1)`,
    ),
  };
}

/**
 * New facts of a link, with the speed and duplex it had before it went down: most drivers report none while it is down,
 * and a cable that is pulled and put back must not change the key of the port.
 */
export function remember<Facts extends Link>(facts: Facts, before: Link): Facts {
  const down = facts.link === 'down' || !facts.adminUp;
  return down ? { ...facts, speed: facts.speed ?? before.speed, duplex: facts.duplex ?? before.duplex } : facts;
}

/** Speeds that have a class of their own in the key, Mbit/s. Class 15 is any other. */
const SPEED_CLASSES = [
  10, 100, 1_000, 2_500, 5_000, 10_000, 20_000, 25_000, 40_000, 50_000, 100_000, 200_000, 400_000, 800_000,
];

/** Actor_Admin_Key of the interface with this number, unless one is set: veth0 has 0x0100. */
export const defaultKey = (interfaceNumber: number): number => ((interfaceNumber + 1) << 8) & 0xffff;

/** Actor_Oper_Key: the low four bits carry the speed class, 0 where the wildcard leaves speed out of account. */
export function operationalKey(adminKey: number, speed: number | undefined): number {
  if (speed === undefined) return adminKey;
  const index = SPEED_CLASSES.indexOf(speed);
  return (adminKey & 0xfff0) | (index < 0 ? 15 : index + 1);
}

/**
 * The speed by which each port of an aggregator is sorted: its own where the standard's rule holds; a port admitted by
 * the wildcard goes with the fastest of those, so that it can share an aggregator with them. Undefined: speed is out
 * of account, as with the wildcard on all ports.
 */
export function sortingSpeeds(ports: readonly Admission[]): (number | undefined)[] {
  const strict = ports.flatMap(({ wildcard, admitted, speed }) =>
    wildcard || !admitted || speed === undefined ? [] : [speed],
  );
  const reference = strict.length === 0 ? undefined : Math.max(...strict);
  return ports.map((port) => (port.wildcard ? reference : port.speed));
}
