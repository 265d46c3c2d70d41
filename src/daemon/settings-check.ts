/** Rules that bind several settings: checked on the settings as they would be, before anything is changed. */
import type { AggregatorSettings, PortSettings } from '../aggregator/settings.js';
import { Refusal } from './refusal.js';

/**
 * Throws a `Refusal` when the settings of an interface and its ports do not fit together. Call it with the settings
 * in force and the new ones merged, so that it does not matter which of two options is set last.
 */
export function checkSettings(
  veth: string,
  settings: AggregatorSettings,
  ports: readonly { readonly name: string; readonly settings: PortSettings }[],
): void {
  const { minLinks, maxLinks, fallback } = settings;
  if (minLinks > maxLinks) {
    throw new Refusal({
      thing: veth,
      problem: `min-links=${minLinks} can never be reached with max-links=${maxLinks}`,
      repair: `say min-links=${maxLinks}, or max-links=${minLinks}`,
      value: String(minLinks),
    });
  }
  if (fallback === 'one' && minLinks > 1) {
    throw new Refusal({
      thing: veth,
      problem: `fallback=one uses one port, which is never enough for min-links=${minLinks}`,
      repair: 'say fallback=all, or min-links=1',
      value: String(minLinks),
    });
  }
  checkMode(veth, settings, ports.length);
  if (settings.mode === 'bridge') for (const port of ports) checkGate(port);
  checkVersion(veth, settings);
  const strict = [
    ...(settings.agg_wc ? [] : [veth]),
    ...ports.filter((port) => port.settings.agg_wc === false).map((port) => port.name),
  ];
  checkKey(veth, settings.key, strict);
  for (const { name, settings: own } of ports) {
    checkKey(name, own.key, (own.agg_wc ?? settings.agg_wc) ? [] : [name]);
  }
}

/** What a mode with one carrying port cannot have. */
function checkMode(veth: string, { mode, minLinks }: AggregatorSettings, ports: number): void {
  if (mode === 'alias' && ports > 1) {
    throw new Refusal({
      thing: veth,
      problem: `mode=alias has exactly one port, and there would be ${ports}`,
      repair: `say mode=lacp, mode=fec or mode=active-backup, or leave ${veth} one port`,
      value: mode,
    });
  }
  if ((mode === 'alias' || mode === 'active-backup') && minLinks > 1) {
    throw new Refusal({
      thing: veth,
      problem: `min-links=${minLinks} can never be reached with mode=${mode}: one port carries`,
      repair: 'say min-links=1',
      value: String(minLinks),
    });
  }
}

function checkGate({ name, settings: { gate } }: { readonly name: string; readonly settings: PortSettings }): void {
  if (gate === 'open') return;
  throw new Refusal({
    thing: name,
    problem: `gate=${gate} does not go with mode=bridge: a port of a bridge forwards, or is none`,
    repair: 'say gate=open, or take the port out with vethcfg del',
    value: gate,
  });
}

/** `strict`: where agg_wc=0 makes the low four bits of this key carry the speed. */
function checkKey(thing: string, key: number | undefined, strict: readonly string[]): void {
  if (key === undefined || key % 16 === 0 || strict.length === 0) return;
  throw new Refusal({
    thing,
    problem: `key=${key} does not go with agg_wc=0 on ${strict.join(', ')}: the low four bits carry the speed class`,
    repair: `say key=auto, or a multiple of 16 such as key=${multipleOf16Near(key)}`,
    value: String(key),
  });
}

/** What only version 2 can do would silently do nothing with version 1, and the other way round. */
function checkVersion(veth: string, settings: AggregatorSettings) {
  const { lacpVersion, conversationLinks, discardWrongConversation, rebalance } = settings;
  if (lacpVersion >= 2 && rebalance > 0) {
    throw new Refusal({
      thing: veth,
      problem: `rebalance=${rebalance} does not go with lacp-version=2: both ends agree on the link of each conversation`,
      repair: 'say lacp-version=1, or rebalance=0',
      value: String(rebalance),
    });
  }
  if (lacpVersion >= 2) return;
  const [option, without] =
    conversationLinks !== undefined
      ? ['conversation-links', 'conversation-links=auto']
      : discardWrongConversation
        ? ['discard-wrong-conversation', 'discard-wrong-conversation=0']
        : [];
  if (option === undefined) return;
  throw new Refusal({
    thing: veth,
    problem: `${option} does not go with lacp-version=1: only version 2 knows conversations`,
    repair: `say lacp-version=2, or ${without}`,
    value: String(lacpVersion),
  });
}

const multipleOf16Near = (key: number) => Math.min(Math.max(Math.round(key / 16), 1), 4_095) * 16;
