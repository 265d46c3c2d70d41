/**
 * Benchmarks, honest and small: medians of interleaved runs in shuffled order, with the baseline measured against itself
 * (`raw again`), because a ratio inside that band says nothing. Argument: repetitions, default 5.
 */
import { decodeLacpdu, encodeLacpdu } from '../src/lacp/lacpdu.pdu.js';
import { parseSlowProtocols, slowProtocolsFrame } from '../src/lacp/slow-protocols.js';
import { hashFrame } from '../src/mux/hash.js';
import { buildWorld, LAG, PORTS, RAW } from './demo/world.js';
import { distributing } from './lab/daemon.js';
import { Lab } from './lab/lab.js';
import { tcp } from './lab/traffic.js';

const repetitions = Number(process.argv[2] ?? 5);

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function range(values: readonly number[], digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${median(values).toFixed(digits)} [${low}-${high}]`;
}

/** Nanoseconds a call, once for each repetition after a warm-up. */
function nanoseconds(work: () => unknown): number[] {
  const CALLS = 200_000;
  const round = () => {
    const from = process.hrtime.bigint();
    for (let call = 0; call < CALLS; call += 1) work();
    return Number(process.hrtime.bigint() - from) / CALLS;
  };
  round();
  return Array.from({ length: repetitions }, round);
}

/** An LACPDU as it travels: version 1, the rest of no importance to its cost. */
function sampleBody(): Uint8Array {
  const body = new Uint8Array(110);
  body.set([1, 1, 1, 20], 0);
  body.set([2, 20], 22);
  body.set([3, 16], 42);
  return body;
}

function benchCode(): void {
  const body = sampleBody();
  const pdu = decodeLacpdu(body);
  const frame = slowProtocolsFrame('02:00:00:00:00:01', body);
  const udp = new Uint8Array(106);
  udp.set([0x08, 0x00, 0x45], 12);
  udp[23] = 17;
  console.log('nanoseconds a call, median [range]');
  console.log(
    `  parse an LACPDU frame   ${range(
      nanoseconds(() => parseSlowProtocols(frame)),
      0,
    )}`,
  );
  console.log(
    `  encode an LACPDU        ${range(
      nanoseconds(() => encodeLacpdu(pdu)),
      0,
    )}`,
  );
  console.log(
    `  hash a UDP frame (L3+4) ${range(
      nanoseconds(() => hashFrame('layer3+4', udp, 0, udp.length)),
      0,
    )}`,
  );
}

async function benchTcp(): Promise<void> {
  const lab = new Lab();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => process.exit(1));
  try {
    const { alpha, beta, daemons } = await buildWorld(lab);
    for (const [index, port] of PORTS.entries()) {
      for (const daemon of daemons) await daemon.mustCfg(`add ${port} veth0${index === 0 ? ' rate=fast' : ''}`);
      for (const host of [alpha, beta]) await host.ip(`link set ${port} up`);
    }
    await distributing(daemons, PORTS);
    await alpha.ip(`addr add ${LAG.alpha}/24 dev veth0`);
    await beta.ip(`addr add ${LAG.beta}/24 dev veth0`);
    for (const host of [alpha, beta]) await host.ip('link set veth0 up');

    for (const streams of [1, 8]) {
      const rates: Record<'raw' | 'raw again' | 'group', number[]> = { raw: [], 'raw again': [], group: [] };
      const variants = Object.keys(rates) as (keyof typeof rates)[]; // its own keys
      for (let turn = 0; turn < repetitions; turn += 1) {
        for (const variant of variants.sort(() => Math.random() - 0.5)) {
          const address = variant === 'group' ? LAG.beta : RAW.beta;
          rates[variant].push(await tcp(alpha, beta, address, { seconds: 2, streams }));
        }
      }
      console.log(`TCP, ${streams} stream${streams === 1 ? '' : 's'}: Gbit/s and ratio to raw, median [range]`);
      for (const variant of variants.sort()) {
        const ratios = rates[variant].map((rate, turn) => rate / (rates.raw[turn] ?? Number.NaN));
        const gigabits = rates[variant].map((rate) => rate / 1e9);
        console.log(`  ${variant.padEnd(10)} ${range(gigabits, 1).padEnd(20)} ${range(ratios, 2)}`);
      }
    }
  } finally {
    await lab.dispose();
  }
}

benchCode();
await benchTcp();
