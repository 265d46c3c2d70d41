/** A command line that the parser has read. */
import type { Address } from './client.js';
import type { World } from './world.js';

export interface Run {
  readonly address: Address;
  readonly json: boolean;
  readonly verbose: boolean;
  /** Whether an option of the command itself was given: `dryRun` for `--dry-run`. */
  has(flag: 'addresses' | 'batch' | 'dryRun' | 'effective' | 'follow' | 'openconfig' | 'quiet'): boolean;
  /** The value of an option of the command itself. */
  argument(
    flag:
      | 'group'
      | 'control'
      | 'count'
      | 'interval'
      | 'port'
      | 'side'
      | 'html'
      | 'since'
      | 'vlan'
      | 'srcMac'
      | 'dstMac'
      | 'seed'
      | 'system'
      | 'flowLabel'
      | 'inner',
  ): string | undefined;
  readonly world: World;
}
