/** What `vethcfg show` says of a bridge: mode=bridge. */
import type { ShownAggregator, ShownPort } from '../src/daemon/messages.js';
import { field } from './field.js';
import type { Style } from './style.js';

/** Of the interface: how it guards against loops, what it has learned and, if it was asked for, which addresses. */
export function bridgeLines({ bridge, settings }: ShownAggregator): string[] {
  if (bridge === undefined) return [];
  const { learned, addresses } = bridge;
  const tree = settings.bridgeStp && bridge.in === 'kernel';
  const guard = tree
    ? 'spanning tree'
    : settings.bridgeLoopGuard || settings.bridgeStp
      ? 'loop guard'
      : 'no loop guard';
  const where = bridge.in === 'kernel' ? 'in the kernel' : 'in user space';
  const shown = (addresses ?? []).map(({ mac, vlan, port, age }) => {
    const inVlan = vlan === 0 ? '' : `  VLAN ${vlan}`;
    return field(2, '', `${mac}  ${port}  ${Math.round(age / 1_000)} s ago${inVlan}`);
  });
  const count = learned === 1 ? '1 address' : `${learned} addresses`;
  return [field(2, 'bridge', `${where}, ${guard}, ${count} learned${shown.length === 0 ? '' : ':'}`), ...shown];
}

/** Of a port. */
export function bridgeUse({ state, loop }: NonNullable<ShownPort['bridge']>, paint: Style): string {
  if (state === 'forwarding') return paint.good(state);
  if (loop === undefined) return paint.bad(state);
  return paint.bad(`${state}: a loop${loop === '' ? '' : ` with ${loop}`} (loop guard)`);
}
