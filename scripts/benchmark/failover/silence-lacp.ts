/** A partner that falls silent while its link stays up: its LACPDUs are dropped on their way out. */
import type { Host } from '../../lab/lab.js';

/** Classic BPF that drops (2, TC_ACT_SHOT) whatever it is given: the filter gives it slow protocols only. */
const DROP = '1,6 0 0 2';

export async function silenceLacp(host: Host, port: string): Promise<void> {
  await host.must(['tc', 'qdisc', 'add', 'dev', port, 'clsact']);
  const filter = ['tc', 'filter', 'add', 'dev', port, 'egress', 'protocol', '0x8809'];
  await host.must([...filter, 'bpf', 'da', 'bytecode', DROP]);
}

export async function endSilence(host: Host, port: string): Promise<void> {
  await host.must(['tc', 'qdisc', 'del', 'dev', port, 'clsact']);
}
