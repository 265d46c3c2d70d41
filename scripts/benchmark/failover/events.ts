/** What happens to a link under traffic, what to look for in the daemon's log, and how to mend it. */
import type { FailoverCase } from '../results.js';
import { endSilence, silenceLacp } from './silence-lacp.js';
import type { World } from './world.js';

export interface Happening {
  readonly case: FailoverCase;
  /** Most that it takes until all is over, in milliseconds. */
  readonly lastsMs: number;
  /** Whether port eth0 is out of use then. */
  readonly takesPort: boolean;
  /** Only a daemon of ours can do it. */
  readonly ours: boolean;
  act(world: World): Promise<unknown>;
  mend(world: World): Promise<unknown>;
}

export const PORT = 'eth0';

export const HAPPENINGS: readonly Happening[] = [
  { case: 'nothing', lastsMs: 500, takesPort: false, ours: false, act: async () => {}, mend: async () => {} },
  {
    case: 'linkDown',
    lastsMs: 500,
    takesPort: true,
    ours: false,
    act: ({ from }) => from.ip(`link set ${PORT} down`),
    mend: ({ from }) => from.ip(`link set ${PORT} up`),
  },
  {
    // Fast rate: given up 3 s after the last LACPDU, and there is one a second.
    case: 'timeOut',
    lastsMs: 3_500,
    takesPort: true,
    ours: true,
    act: ({ to }) => silenceLacp(to, PORT),
    mend: ({ to }) => endSilence(to, PORT),
  },
  {
    case: 'gate',
    lastsMs: 500,
    takesPort: true,
    ours: true,
    act: ({ daemons: [daemon] }) => daemon?.mustCfg(`set ${PORT} gate=closed`) ?? Promise.resolve(),
    mend: ({ daemons: [daemon] }) => daemon?.mustCfg(`set ${PORT} gate=open`) ?? Promise.resolve(),
  },
  {
    case: 'removal',
    lastsMs: 500,
    takesPort: true,
    ours: true,
    act: ({ daemons: [daemon] }) => daemon?.mustCfg(`del ${PORT} veth0`) ?? Promise.resolve(),
    mend: ({ daemons: [daemon] }) => daemon?.mustCfg(`add ${PORT} veth0`) ?? Promise.resolve(),
  },
];
