/** Names of interfaces as the kernel takes them (dev_valid_name, IFNAMSIZ). */
import { DAEMON_NAME } from './daemon-options.js';
import { Refusal } from './refusal.js';

/** Longest name in octets: IFNAMSIZ without the final null. */
const LONGEST = 15;

/** Throws a `Refusal` unless `name` can be the name of an interface. `role` is what the user calls it: PORT, VETH. */
export function checkInterfaceName(role: string, name: string): void {
  const problem =
    name === ''
      ? 'no name'
      : Buffer.byteLength(name) > LONGEST
        ? `longer than ${LONGEST} octets`
        : name === DAEMON_NAME
          ? 'a word that means vethd itself'
          : name === '.' || name === '..' || /[/:\s\p{Cc}]/u.test(name)
            ? 'has characters that an interface name cannot have'
            : undefined;
  if (problem === undefined) return;
  throw new Refusal({ thing: `${role} '${name}'`, problem, repair: 'say a name such as veth0 or eth0', value: name });
}
