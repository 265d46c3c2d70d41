/** `vethd --cleanup`: what a vethd that was killed has left of its aliases. */
import { removeAddress } from '../../../drivers/alias/labelled-address.js';
import { takeOffClsact } from '../../../drivers/clsact-hook.js';
import { findByName } from '../../../drivers/interface-change.js';
import { addressText } from '../../../layers/alias/alias-item.js';
import type { LayerItem } from '../layer.js';
import { readItem } from './alias-kind.js';

/** Gives what was done, a line each. Programs with pins go with their pins. Throws SysError. */
export function cleanUpAlias(saved: LayerItem): string[] {
  const item = readItem(saved);
  const ifindex = findByName(item.main)?.facts.ifindex;
  if (ifindex === undefined) return [];
  for (const direction of ['ingress', 'egress'] as const) takeOffClsact(ifindex, { direction, owner: 'alias' });
  const { type, address, length, name } = item;
  const removed = removeAddress({ ifindex, family: type.family, address, length, label: name });
  return removed ? [`alias ${name} (${addressText(item)}) removed`] : [];
}
