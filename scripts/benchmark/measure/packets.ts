/** Packets a second: UDP of 64 octets, by a tool of our own and, to check that one, by iperf3. */
import { compiled } from '../../lab/daemon.js';
import type { Path } from '../variants/variant.js';

/** Octets of UDP payload in a frame. */
export const PAYLOAD = 64;
/** Enough to spread over four links. */
const FLOWS = 16;
const PORT = 7400;

/** Packets delivered a second. */
export async function packets({ from, to, address }: Path, seconds: number): Promise<number> {
  const program = (name: string, ...rest: number[]) => [
    process.execPath,
    compiled(`scripts/benchmark/measure/${name}.js`),
    address,
    ...[PORT, ...rest].map(String),
  ];
  const receiver = to.start(program('packet-receiver'));
  try {
    await receiver.says('listening');
    await from.must(program('packet-sender', FLOWS, seconds), { timeoutMs: (seconds + 10) * 1000 });
    const { code, stdout, stderr } = await receiver.ended;
    if (code !== 0) throw new Error(`packet-receiver: exit ${code}: ${stderr.trim()}`);
    const counted: { received: number; seconds: number } = JSON.parse(stdout.split('\n')[1] ?? '');
    if (counted.received === 0) throw new Error('no packet arrived');
    return counted.received / counted.seconds;
  } finally {
    await receiver.stop('SIGKILL');
  }
}

/** As `packets`, by one unpaced stream of iperf3, which makes two system calls for each packet. */
export async function packetsOfIperf({ from, to, address }: Path, seconds: number): Promise<number> {
  const server = to.start(['iperf3', '-s', '-1', '-p', '5301', '--forceflush']);
  try {
    await server.says('Server listening', 5_000);
    const client = ['iperf3', '-c', address, '-p', '5301', '-u', '-b', '0', '-l', `${PAYLOAD}`];
    const report = JSON.parse(
      await from.must([...client, '-t', `${Math.max(1, Math.round(seconds))}`, '--json'], {
        timeoutMs: (seconds + 15) * 1000,
      }),
    );
    const { packets: count, lost_packets: lost, seconds: took } = report.end.sum;
    return (count - lost) / took;
  } finally {
    await server.stop();
  }
}
