/** What `apply` changed or would change, one line a thing: `+` added, `~` changed, `-` removed. */
import { DAEMON_NAME } from '../src/daemon/daemon-options.js';
import type { ApplyResult, Change } from '../src/daemon/messages.js';

const SIGNS = { add: '+', change: '~', remove: '-' } as const;

export function changeView({ changes }: Pick<ApplyResult, 'changes'>): string {
  return changes.length === 0 ? 'no difference\n' : changes.map((change) => `${line(change)}\n`).join('');
}

function line({ action, layer = 'interface', veth, port, options }: Change): string {
  const words = options.map(({ option, from, to }) => `${option}=${from === undefined ? '' : `${from} -> `}${to}`);
  const whole = veth === DAEMON_NAME ? DAEMON_NAME : `${layer} ${veth}`;
  const thing = port === undefined ? whole : `port ${port} of ${veth}`;
  return `${SIGNS[action]} ${thing}${words.length === 0 ? '' : `: ${words.join(', ')}`}`;
}
