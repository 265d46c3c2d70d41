/** Names of interfaces as the kernel takes them (dev_valid_name, IFNAMSIZ). */
import { DAEMON_NAME } from './daemon-options.js';
import { Refusal } from './refusal.js';

/** Longest name in octets: IFNAMSIZ without the final null. */
const LONGEST = 15;

/** Why no interface can have this name; undefined: one can. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'no name';
  if (Buffer.byteLength(name) > LONGEST) return `longer than ${LONGEST} octets`;
  if (name === DAEMON_NAME) return 'a word that means vethd itself';
  if (name === '.' || name === '..' || /[/:\s\p{Cc}]/u.test(name)) {
    return 'has characters that an interface name cannot have';
  }
  return undefined;
}

/** Throws a `Refusal` unless `name` can be the name of an interface. `role` is what the user calls it: PORT, VETH. */
export function checkInterfaceName(role: string, name: string): void {
  const problem = nameProblem(name);
  if (problem === undefined) return;
  throw new Refusal({ thing: `${role} '${name}'`, problem, repair: 'say a name such as veth0 or eth0', value: name });
}
