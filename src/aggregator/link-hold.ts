/**
 * Whether a link is taken for up: the kernel's word, but believed only after a delay, in either direction, and not for a
 * while after the link has failed too often. What an operator does (administratively down) is believed at once and is
 * no failure.
 */
import type { LinkFacts } from './io.js';

/** So many failures within so many seconds, and the link must then stay up for as many seconds. */
export interface Damping {
  readonly failures: number;
  readonly seconds: number;
}

export interface HoldRules {
  /** Milliseconds. */
  readonly upDelay: number;
  readonly downDelay: number;
  /** Undefined: no damping. */
  readonly damping: Damping | undefined;
}

export interface LinkHold {
  /** What the kernel says, and since when. */
  readonly told: LinkFacts['link'];
  readonly since: number;
  /** What is believed. */
  readonly link: LinkFacts['link'];
  /** When the link failed, as far as damping asks; oldest first. */
  readonly failures: readonly number[];
  /** The link has failed too often. */
  readonly damped: boolean;
  /** When another belief is due though nothing happens. */
  readonly deadline: number | undefined;
}

type Link = Pick<LinkFacts, 'adminUp' | 'link'>;

const toldBy = ({ adminUp, link }: Link): LinkFacts['link'] => (adminUp ? link : 'down');

/** A port that is new: what is told of its link is believed. */
export function beginHold(facts: Link, now: number): LinkHold {
  const told = toldBy(facts);
  return { told, since: now, link: told, failures: [], damped: false, deadline: undefined };
}

/** A port of an earlier process, by what was believed there. */
export function resumedHold(facts: Link, enabled: boolean, now: number): LinkHold {
  const hold = beginHold(facts, now);
  return { ...hold, link: enabled ? (isDown(hold.told) ? 'up' : hold.told) : 'down' };
}

export function nextHold(before: LinkHold, facts: Link, rules: HoldRules, now: number): LinkHold {
  const told = toldBy(facts);
  const since = isDown(told) === isDown(before.told) ? before.since : now;
  const hold = settled({ ...before, told, since, deadline: undefined }, facts.adminUp, rules, now);
  return rules.damping === undefined ? { ...hold, failures: [], damped: false } : hold;
}

function settled(hold: LinkHold, adminUp: boolean, rules: HoldRules, now: number): LinkHold {
  const { told, since, link } = hold;
  if (isDown(told) === isDown(link)) return { ...hold, link: told };
  const wait = isDown(told) ? (adminUp ? rules.downDelay : 0) : upWait(hold, rules);
  if (now < since + wait) return { ...hold, deadline: since + wait };
  if (!isDown(told)) return { ...hold, link: told, ...(hold.damped ? { failures: [], damped: false } : {}) };
  return adminUp ? { ...hold, link: told, ...failed(hold, rules, now) } : { ...hold, link: told };
}

const upWait = ({ damped }: LinkHold, { upDelay, damping }: HoldRules): number =>
  Math.max(upDelay, damped && damping !== undefined ? damping.seconds * 1_000 : 0);

function failed({ failures }: LinkHold, { damping }: HoldRules, now: number): Pick<LinkHold, 'failures' | 'damped'> {
  if (damping === undefined) return { failures: [], damped: false };
  const recent = [...failures, now].filter((at) => at > now - damping.seconds * 1_000);
  return { failures: recent, damped: recent.length >= damping.failures };
}

const isDown = (link: LinkFacts['link']): boolean => link === 'down';
