/** Slow-protocols frames on an interface, counted and read by tcpdump: an eye that is not ours. */
import type { Host } from '../../scripts/lab/lab.js';
import type { Running } from '../../scripts/lab/processes.js';

export interface SeenLacpdu {
  /** Source MAC address. */
  readonly source: string;
  /** Flags of the actor, in tcpdump's words: `Activity`, `Timeout`, `Aggregation`, `Synchronization`, ... */
  readonly actor: readonly string[];
}

export class Capture {
  private constructor(private readonly tcpdump: Running) {}

  static async start(host: Host, port: string): Promise<Capture> {
    const tcpdump = host.start(['tcpdump', '-envvl', '--immediate-mode', '-i', port, 'ether', 'proto', '0x8809']);
    await tcpdump.says('listening on');
    return new Capture(tcpdump);
  }

  /** LACPDUs seen so far, in order. */
  lacpdus(): SeenLacpdu[] {
    return this.tcpdump.stdout
      .split(/^\d\d:\d\d:\d\d\.\d+ /m)
      .filter((frame) => frame.includes('LACPv1'))
      .map((frame) => ({
        source: /^([0-9a-f:]{17})/.exec(frame)?.[1] ?? '',
        actor:
          /Actor Information TLV[\s\S]*?State Flags \[([^\]]*)\]/
            .exec(frame)?.[1]
            ?.split(',')
            .map((word) => word.trim()) ?? [],
      }));
  }

  /** Everything tcpdump printed. */
  text(): string {
    return this.tcpdump.stdout;
  }

  async stop(): Promise<void> {
    await this.tcpdump.stop('SIGINT');
  }
}
