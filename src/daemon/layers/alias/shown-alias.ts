/** An alias as `vethcfg alias` and `vethcfg show` give it. */
import { z } from 'zod';
import type { LinkFacts } from '../../../aggregator/io.js';
import { ALIAS_TYPES, type AliasItem, addressText } from '../../../layers/alias/alias-item.js';
import type { Alias, NetAlias } from '../../../layers/alias/net-alias.js';
import type { AliasDevice } from './alias-device.js';

const amount = z.looseObject({ packets: z.number(), octets: z.number() });

export const shownAlias = z.looseObject({
  name: z.string(),
  main: z.string(),
  /** AF_*, and the name of its type. */
  family: z.int(),
  type: z.string(),
  /** With the length of its network. */
  address: z.string(),
  broadcast: z.string().optional(),
  /** `waiting`: its main device is not there or not up, or something is in the way. */
  state: z.enum(['up', 'down', 'waiting']),
  /** Why it waits. */
  why: z.string().optional(),
  /** Those of the main device. */
  ifindex: z.int().optional(),
  mac: z.string().optional(),
  mtu: z.int().optional(),
  /** Limit of slots that the main device grabbed with its first alias. */
  limit: z.int().optional(),
  /** The kernel knows the address by this name; undefined for IPv6, which has no labels. */
  label: z.string().optional(),
  /** `device`: it has counters of its own, as net_alias had. `label`: a label only, nothing can be counted here. */
  kind: z.enum(['device', 'label']).optional(),
  /** False: its network is part of the main device's, by whose route its packets go. */
  ownRoute: z.boolean().optional(),
  counters: z
    .looseObject({
      received: amount,
      /** By the alias's own route. */
      sent: amount,
      /** With its address as source, by whatever route. */
      sentWithAddress: amount,
    })
    .optional(),
  /** Packets of the main device that were not looked at (user space). */
  counted: z
    .looseObject({ by: z.enum(['kernel', 'user', 'nowhere']), reason: z.string().optional(), missed: z.number() })
    .optional(),
});

export type ShownAlias = z.infer<typeof shownAlias>;

/** An alias that is configured: with its device where it is there, else why it is not. */
export interface ConfiguredAlias {
  readonly item: AliasItem;
  readonly alias?: Alias;
  readonly device?: AliasDevice;
  readonly why?: string;
}

interface Aliases {
  readonly engine: NetAlias;
  all(): readonly ConfiguredAlias[];
}

/** All of them, or those of a name or main device. */
export function shownAliases(layer: Aliases, links: readonly LinkFacts[], only?: string): ShownAlias[] {
  return layer.all().flatMap(({ item, alias, device, why }): ShownAlias[] => {
    const { name, main, type } = item;
    if (only !== undefined && only !== name && only !== main) return [];
    const address = addressText(item);
    const broadcast = item.broadcast === undefined ? {} : { broadcast: item.broadcast.join('.') };
    const what = { name, main, family: type.family, type: type.name, address, ...broadcast };
    if (alias === undefined || device === undefined) {
      return [{ ...what, state: 'waiting', ...(why === undefined ? {} : { why }) }];
    }
    const { ifindex } = device;
    const facts = links.find((link) => link.ifindex === ifindex);
    const counts = device.counts(item.slot);
    const limit = layer.engine.limitOf(main);
    return [
      {
        ...what,
        state: item.up ? 'up' : 'down',
        ifindex,
        ...(facts === undefined ? {} : { mac: facts.mac, mtu: facts.mtu }),
        ...(limit === undefined ? {} : { limit }),
        ...(type === ALIAS_TYPES[0] ? { label: name } : {}),
        kind: counts === undefined ? 'label' : 'device',
        ownRoute: device.hasOwnRoute(alias, layer.engine.aliasesOf(main)),
        ...(counts === undefined
          ? {}
          : {
              counters: {
                received: { packets: counts.rxPackets, octets: counts.rxOctets },
                sent: { packets: counts.txPackets, octets: counts.txOctets },
                sentWithAddress: { packets: counts.sourcePackets, octets: counts.sourceOctets },
              },
            }),
        counted: device.counting,
      },
    ];
  });
}
