/** Traffic between hosts of the lab, and what became of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { compiled } from './daemon.js';
import type { Host } from './lab.js';
import { nowMs } from './machine-clock.js';
import type { Running } from './processes.js';

export interface PingResult {
  readonly sent: number;
  readonly received: number;
  /** Replies marked DUP!: two hosts, or a member beside its aggregate, answered. */
  readonly duplicates: number;
  readonly averageMs: number | undefined;
}

/** Echo requests, 20 ms apart unless told. Does not throw when nothing answers. */
export async function ping(from: Host, address: string, count = 10, intervalS = 0.02): Promise<PingResult> {
  const { stdout, stderr } = await from.run(
    ['ping', '-n', '-c', `${count}`, '-i', `${intervalS}`, '-W', '1', address],
    { env: { LC_ALL: 'C' } },
  );
  const totals = /(\d+) packets transmitted, (\d+) received/.exec(stdout);
  if (totals === null) throw new Error(`ping ${address}: ${(stderr || stdout).trim()}`);
  const average = /= [\d.]+\/([\d.]+)\//.exec(stdout)?.[1];
  return {
    sent: Number(totals[1]),
    received: Number(totals[2]),
    duplicates: stdout.split('(DUP!)').length - 1,
    averageMs: average === undefined ? undefined : Number(average),
  };
}

export interface TcpOptions {
  readonly seconds?: number;
  readonly streams?: number;
  /** Receiver's port, so that runs do not meet. */
  readonly port?: number;
}

/** Bulk TCP with iperf3; received bits per second over all streams. */
export async function tcp(from: Host, to: Host, address: string, options: TcpOptions = {}): Promise<number> {
  const { seconds = 2, streams = 4, port = 5201 } = options;
  const server = to.start(['iperf3', '-s', '-1', '-p', `${port}`, '--forceflush']);
  try {
    await server.says('Server listening', 5_000);
    const { stdout, code } = await from.run(
      ['iperf3', '-c', address, '-p', `${port}`, '-t', `${seconds}`, '-P', `${streams}`, '--json'],
      { timeoutMs: (seconds + 15) * 1000 },
    );
    const report = JSON.parse(stdout || '{}');
    if (code !== 0 || report.error !== undefined) {
      throw new Error(`iperf3 to ${address}: ${report.error ?? `exit ${code}`}`);
    }
    return Number(report.end.sum_received.bits_per_second);
  } finally {
    await server.stop();
  }
}

/** Frames of one flow that never came, between two that did. */
export interface Hole {
  readonly flow: number;
  readonly lost: number;
  /** Arrival of the last frame before the hole and of the first after it, on the machine's monotonic clock. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StreamResult {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  /** Flows of which a frame arrived in the last half second before the sender was told to end, or later. */
  readonly flowsAlive: number;
  /** Arrived after a frame of the same flow that was sent later. */
  readonly reordered: number;
  readonly duplicates: number;
  /** Longest silence of any one flow, in milliseconds. */
  readonly longestGapMs: number;
  readonly holes: readonly Hole[];
}

/** What the receiver says at the end. */
export interface ReceiverReport extends Omit<StreamResult, 'sent' | 'lost' | 'flowsAlive'> {
  /** Of each flow: arrival of its last frame; 0: none came. */
  readonly lastMs: readonly number[];
}

/** A flow is over that was silent for so long. */
const SILENT_MS = 500;

/** Numbered UDP frames over several flows while other things happen. Stop it to learn what was lost. */
export class UdpStream {
  private constructor(
    private readonly sender: Running,
    private readonly receiver: Running,
  ) {}

  /** `flows` pairs of ports share `rate` frames a second evenly, so that a hash over ports spreads them. */
  static async start(
    from: Host,
    to: Host,
    address: string,
    {
      rate = 4000,
      flows = 16,
      port = 7000,
      sourcePorts = [],
    }: { rate?: number; flows?: number; port?: number; sourcePorts?: readonly number[] } = {},
  ): Promise<UdpStream> {
    const program = (name: string, ...rest: (number | string)[]) => [
      process.execPath,
      compiled(`scripts/lab/${name}.js`),
      address,
      ...[port, flows, ...rest].map(String),
    ];
    const receiver = to.start(program('udp-receiver'));
    await receiver.says('listening');
    const sender = from.start(program('udp-sender', rate, sourcePorts.join()));
    await sender.says('sending');
    return new UdpStream(sender, receiver);
  }

  async stop(): Promise<StreamResult> {
    const endMs = nowMs();
    const sent: number[] = JSON.parse((await this.sender.stop('SIGTERM')).stdout.split('\n')[1] ?? '[]');
    await delay(200); // frames on their way
    const report = (await this.receiver.stop('SIGTERM')).stdout.split('\n')[1] ?? '';
    const { lastMs, ...seen }: ReceiverReport = JSON.parse(report);
    const total = sent.reduce((sum, count) => sum + count, 0);
    const flowsAlive = lastMs.filter((at) => at > endMs - SILENT_MS).length;
    return { ...seen, flowsAlive, sent: total, lost: total - seen.received };
  }
}
