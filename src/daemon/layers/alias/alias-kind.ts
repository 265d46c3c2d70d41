/** Aliases in configurations: `aliases: { eth0:0: 200.1.1.1/24 }`. */
import { AliasError } from '../../../layers/alias/alias-error.js';
import { ALIAS_OPTIONS, type AliasItem, AUTO, aliasOptions, readAliasItem } from '../../../layers/alias/alias-item.js';
import { Refusal } from '../../refusal.js';
import type { LayerItem, LayerKind } from '../layer.js';

const [ADDRESS, BROADCAST, STATE] = ALIAS_OPTIONS;

export const ALIAS_KIND: LayerKind = {
  key: 'aliases',
  noun: 'alias',
  help: 'further addresses of interfaces, each with a name, counters and a life of its own',
  example: 'eth0:0: 192.0.2.1/24',
  options: [
    {
      name: ADDRESS,
      syntax: 'ADDRESS[/LENGTH]',
      help: 'the address, and the length of its network: without it that of the class (IPv4), or 128 (IPv6)',
    },
    {
      name: BROADCAST,
      syntax: 'auto|ADDRESS',
      help: 'the broadcast address; auto: the last of the network',
      fallback: AUTO,
    },
    {
      name: STATE,
      syntax: 'up|down',
      help: 'down: the alias keeps its place, the host does without it',
      fallback: 'up',
    },
  ],
  parse: (name, options) => asItem(readItem({ name, options })),
};

export const asItem = (alias: AliasItem): LayerItem => ({ name: alias.name, options: aliasOptions(alias) });

/** Throws a `Refusal`. */
export const readItem = ({ name, options }: LayerItem): AliasItem => orRefuse(() => readAliasItem(name, options));

/** What the engine of aliases refuses is the user's to mend. */
export function orRefuse<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof AliasError)) throw error;
    const { thing, problem, repair } = error;
    throw new Refusal({ thing, problem, repair, value: thing });
  }
}
