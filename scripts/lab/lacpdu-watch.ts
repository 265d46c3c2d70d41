/** LACPDUs that arrive on a link, with their times, as tcpdump sees them: an eye that is not ours. */
import type { Daemon } from './daemon.js';
import type { Host } from './lab.js';
import type { Running } from './processes.js';
import { waitFor } from './wait.js';

export interface SeenLacpdu {
  /** Milliseconds of the system's clock. */
  readonly atMs: number;
  /** Flags of the actor, in tcpdump's words: `Activity`, `Timeout`, `Aggregation`, `Synchronization`, ... */
  readonly actor: readonly string[];
  /** Key and port number of the actor. */
  readonly key: string;
  readonly port: string;
}

export interface Pauses {
  /** Between two LACPDUs, in milliseconds, in order of time. */
  readonly gapsMs: readonly number[];
  readonly withoutSynchronization: number;
  readonly lacpdus: number;
}

export class LacpduWatch {
  private constructor(private readonly tcpdump: Running) {}

  /** Watches, on an interface of a host, what `speaker` says on its port. */
  static async start(host: Host, at: string, speaker: Daemon, port: string): Promise<LacpduWatch> {
    const mac = (await speaker.port(port))?.mac;
    if (mac === undefined) throw new Error(`${speaker.host.name} has no port ${port}`);
    const filter = `ether proto 0x8809 and ether src ${mac}`;
    const tcpdump = host.start(['tcpdump', '-nettvl', '--immediate-mode', '-i', at, ...filter.split(' ')]);
    await tcpdump.says('listening on');
    return new LacpduWatch(tcpdump);
  }

  lacpdus(): SeenLacpdu[] {
    return this.tcpdump.stdout
      .split(/^(?=\d+\.\d{6} )/m)
      .filter((frame) => frame.includes('LACPv1'))
      .map((frame) => {
        const actor = /Actor Information TLV[\s\S]*?State Flags \[([^\]]*)\]/.exec(frame);
        return {
          atMs: Number.parseFloat(frame) * 1000,
          actor: (actor?.[1] ?? '').split(',').map((flag) => flag.trim()),
          key: /Key (\d+)/.exec(actor?.[0] ?? '')?.[1] ?? '',
          port: /Port (\d+)/.exec(actor?.[0] ?? '')?.[1] ?? '',
        };
      });
  }

  pauses(): Pauses {
    const seen = this.lacpdus();
    return {
      gapsMs: seen.slice(1).map(({ atMs }, i) => atMs - (seen[i]?.atMs ?? atMs)),
      withoutSynchronization: seen.filter(({ actor }) => !actor.includes('Synchronization')).length,
      lacpdus: seen.length,
    };
  }

  /** Waits until there are so many LACPDUs; one more than now unless told. */
  async until(count = this.lacpdus().length + 1, timeoutMs = 5_000): Promise<void> {
    await waitFor(`${count} LACPDUs`, () => this.lacpdus().length >= count, { timeoutMs });
  }

  async stop(): Promise<void> {
    await this.tcpdump.stop('SIGINT');
  }
}
