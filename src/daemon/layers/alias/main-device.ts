/** Whether an interface can have aliases now. */
import type { LinkFacts } from '../../../aggregator/io.js';
import { peerName } from '../../../drivers/virtual-interface.js';
import type { Bundle } from '../../bundle.js';

export type MainDeviceNow =
  | { readonly usable: true; readonly facts: LinkFacts }
  | { readonly usable: false; readonly why: string; readonly repair: string };

/** `facts`: undefined where there is no such interface. */
export function mainDevice(
  name: string,
  facts: LinkFacts | undefined,
  bundles: ReadonlyMap<string, Bundle>,
): MainDeviceNow {
  const not = (why: string, repair: string): MainDeviceNow => ({ usable: false, why, repair });
  if (facts === undefined) return not(`no such device: ${name}`, 'see the names with: ip link');
  for (const bundle of bundles.values()) {
    if (bundle.portByIndex(facts.ifindex) !== undefined) {
      return not(`${name} is a port of ${bundle.name}, its addresses do not answer`, `say ${bundle.name}:0`);
    }
    if (name === peerName(bundle.name))
      return not(`${name} is the inner end of ${bundle.name}`, `say ${bundle.name}:0`);
  }
  if (!facts.adminUp) return not(`${name} is not up`, `say ip link set ${name} up first`);
  return { usable: true, facts };
}
