/** What the figures were measured on. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { run } from '../lab/processes.js';

export interface MachineDescription {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly system: string;
  /** Of the programs that take part; `-` for one that is not there. */
  readonly versions: Readonly<Record<string, string>>;
  /** Load averages of 1, 5 and 15 minutes before the run. */
  readonly load: readonly number[];
  /** In the hosts of the benchmark. */
  readonly congestionControl: string;
}

export async function describeMachine(): Promise<MachineDescription> {
  const said = async (argv: string[], what: RegExp) => {
    const { code, stdout } = await run(argv).catch(() => ({ code: 1, stdout: '' }));
    return (code === 0 ? what.exec(stdout)?.[0] : undefined) ?? '-';
  };
  const [iperf3, openVSwitch, commit] = await Promise.all([
    said(['iperf3', '--version'], /\d+\.\d[\d.]*/),
    said(['ovs-vswitchd', '--version'], /\d+\.\d[\d.]*/),
    said(['git', 'describe', '--always', '--dirty'], /\S+/),
  ]);
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  return {
    processor: cpus()[0]?.model.trim() ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    system,
    versions: { veth: commit, 'Node.js': process.version, iperf3, 'Open vSwitch': openVSwitch },
    load: loadavg(),
    congestionControl: 'reno',
  };
}
