/** Verdicts of a port that a bridge of ours has: mode=bridge. */
import type { Aggregator } from './aggregator.js';
import type { Member } from './member.js';
import type { Verdict } from './verdict.js';

const ofBridge = { machine: 'Bridge', clause: '802.1D-1998 8.4' } as const;

/** What it does while it is not kept out. */
export function bridging({ settings }: Aggregator, { facts, since }: Member): Verdict {
  const state = facts.bridge?.state;
  const began = since.machine('receive');
  if (state !== 'listening' && state !== 'learning') {
    const text = 'bridge: link up, it forwards';
    return { cause: 'static', weight: 'condition', ...ofBridge, text, since: began, repair: 'none', side: 'none' };
  }
  return {
    cause: 'spanning-tree-waits',
    weight: 'obstacle',
    ...ofBridge,
    text: `${state}: spanning tree lets it forward after ${2 * settings.bridgeForwardDelay} s (twice bridge-forward-delay)`,
    since: began,
    repair: 'none: it goes on by itself',
    side: 'none',
  };
}

/** What keeps it out. */
export function blocked({ name, members }: Aggregator, { facts, since }: Member): Verdict {
  const began = since.machine('selection');
  const { loop } = facts.bridge ?? {};
  if (loop === undefined) {
    const text = 'blocked by spanning tree: another port is the shorter way to the root bridge, or to this network';
    const repair = 'none needed: it forwards when that way is lost';
    return { cause: 'spanning-tree-blocks', weight: 'obstacle', ...ofBridge, text, since: began, repair, side: 'none' };
  }
  const other = [...members.values()].find((each) => each.facts.ifindex === loop.other);
  const way = other === undefined ? '' : ` by ${other.facts.name}`;
  return {
    cause: 'bridge-loop',
    weight: 'obstacle',
    ...ofBridge,
    text: `blocked by the loop guard: a probe of ours that left by one port came back${way}, so frames would circle`,
    since: began,
    repair: `take the loop out of the network behind ${facts.name}, or let spanning tree find the way: vethcfg set ${name} bridge-stp=1`,
    side: 'link',
  };
}
