/** What `--keep` prints: the commands that show the group that was left running. */
import type { World } from './world.js';
import { LAG } from './world.js';

export function lookAround({ alpha, beta, daemons }: World): string {
  const into = (namespace: string, words: string) => `ip netns exec ${namespace} ${words}`;
  return `
Left running. Look around (as root):

  ${daemons[0].commandLine('status')}
  ${daemons[0].commandLine('show')}
  ${daemons[1].commandLine('status')}
  cat ${daemons[0].runDirectory}/status
  ${into(alpha.namespace, `ping ${LAG.beta}`)}
  ${into(alpha.namespace, 'ip -stats link show veth0')}
  ${into(beta.namespace, 'tcpdump -eni eth0 ether proto 0x8809')}
  ${into(alpha.namespace, 'ip link set eth1 down')}
  ${into(alpha.namespace, 'ip link set eth1 up')}

Remove it:

  npm start -- --remove
`;
}
