/** The link itself: what every other way is held against, and a second one just like it, which tells how much chance there is. */
import { ADDRESSES, address, twoHosts, type Variant, type VariantId } from './variant.js';

export const raw = (id: VariantId, title: string): Variant => ({
  id,
  title,
  missing: async () => undefined,
  async build(lab, prefix) {
    const hosts = await twoHosts(lab, prefix, 1);
    await address(hosts, 'eth0');
    return { ...hosts, address: ADDRESSES.to, interface: 'eth0', pids: [] };
  },
});
