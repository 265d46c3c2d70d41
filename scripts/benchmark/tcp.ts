/** TCP over a group of four links as a ratio to one raw link, in shuffled turns. */
import { buildWorld, LAG, PORTS, RAW } from '../demo/world.js';
import { distributing } from '../lab/daemon.js';
import { Lab } from '../lab/lab.js';
import { tcp } from '../lab/traffic.js';
import { range } from './figures.js';

export async function benchTcp(repetitions: number): Promise<void> {
  const lab = new Lab();
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
