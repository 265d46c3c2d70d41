/**
 * What our BPF programs take of the processor, by the kernel's own count (kernel.bpf_stats_enabled). Counting costs time
 * itself, so this is done apart from all other measurements, and the setting is put back.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { must } from '../../lab/processes.js';
import { tcp } from '../../lab/traffic.js';
import type { Plan } from '../options.js';
import { passing } from '../progress.js';
import type { BpfCost } from '../results.js';
import type { Built, Variant } from '../variants/variant.js';
import { packets } from './packets.js';

const SETTING = '/proc/sys/kernel/bpf_stats_enabled';

interface Program {
  readonly id: number;
  readonly name: string;
  readonly runs: number;
  readonly ns: number;
}

export async function measureBpf(
  kernel: readonly { readonly variant: Variant; readonly built: Built }[],
  plan: Plan,
): Promise<BpfCost[]> {
  if (kernel.length === 0) return [];
  const before = readFileSync(SETTING, 'utf8');
  const putBack = () => writeFileSync(SETTING, before);
  writeFileSync(SETTING, '1');
  process.once('exit', putBack); // Ctrl-C
  try {
    const costs: BpfCost[] = [];
    for (const { variant, built } of kernel) {
      for (const load of ['packets', 'tcp8'] as const) {
        passing(`speed: cost of the BPF programs: ${variant.title}: ${load}`);
        const from = await programs();
        if (load === 'packets') await packets(built, plan.packetSeconds);
        else await tcp(built.from, built.to, built.address, { seconds: plan.seconds, streams: 8 });
        for (const program of await programs()) {
          const earlier = from.find(({ id }) => id === program.id);
          const runs = program.runs - (earlier?.runs ?? 0);
          if (runs < 1000) continue; // of an idle group, or of a few control frames
          const nsPerRun = (program.ns - (earlier?.ns ?? 0)) / runs;
          costs.push({ variant: variant.id, program: program.name, load, runs, nsPerRun });
        }
      }
    }
    return costs;
  } finally {
    putBack();
    process.off('exit', putBack);
  }
}

/** All programs of ours that have run. */
async function programs(): Promise<Program[]> {
  const all: { id: number; name?: string; run_cnt?: number; run_time_ns?: number }[] = JSON.parse(
    await must(['bpftool', '--json', 'prog', 'show']),
  );
  return all
    .filter(({ name = '' }) => name.startsWith('veth_'))
    .map(({ id, name = '', run_cnt = 0, run_time_ns = 0 }) => ({ id, name, runs: run_cnt, ns: run_time_ns }));
}
