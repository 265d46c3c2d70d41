/** What the user should know although all went well. */
import type { LinkFacts, Member } from '../aggregator/io.js';
import { modeInForce } from '../aggregator/mode.js';
import type { AggregatorSettings } from '../aggregator/settings.js';
import type { Bundle } from './bundle.js';

/** Of a new port; `addresses`: of its interface. */
export function portNotes({ name }: LinkFacts, addresses: readonly string[], member: Member | undefined): string[] {
  const silent = addresses.filter((text) => !text.startsWith('fe80:'));
  return [
    ...(silent.length === 0
      ? []
      : [`${name} has the address ${silent.join(', ')}, which does not answer while it is a port`]),
    ...(member?.reduced === undefined ? [] : [`its own stack is only partly silent: ${member.reduced}`]),
  ];
}

/** An interface as it was before a command; undefined: there was none. */
export type Before = { readonly settings: AggregatorSettings; readonly ports: number } | undefined;

export const before = (bundle: Bundle | undefined): Before =>
  bundle && { settings: bundle.settings, ports: bundle.ports.length };

/** What has become of mode=auto, and of a primary port that is not there. */
export function modeNotes(was: Before, { name, settings, ports }: Bundle): string[] {
  const { mode, primary } = settings;
  const now = modeInForce(mode, ports.length);
  const same = was?.settings.mode === mode && modeInForce(mode, was.ports) === now;
  const count = ports.length === 1 ? 'one port' : `${ports.length} ports`;
  const here = primary === undefined || ports.some(({ facts }) => facts.name === primary);
  return [
    ...(mode === 'auto' && !same ? [`${name} has ${count}: mode=auto is mode=${now} now`] : []),
    ...(here || primary === was?.settings.primary ? [] : [`primary=${primary} is no port of ${name} yet`]),
  ];
}
