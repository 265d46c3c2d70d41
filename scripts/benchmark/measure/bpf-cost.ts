/**
 * What our BPF programs take of the processor, by the kernel's own count (kernel.bpf_stats_enabled). Counting costs time
 * itself, so this is done apart from all other measurements, and the setting is put back.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { compiled } from '../../lab/daemon.js';
import { must } from '../../lab/processes.js';
import { tcp } from '../../lab/traffic.js';
import type { Plan } from '../options.js';
import { passing } from '../progress.js';
import { type BpfCost, EMPTY_PROGRAM } from '../results.js';
import type { Built, Variant } from '../variants/variant.js';
import { packets } from './packets.js';

/** Every group has it. */
const PORT = 'eth0';
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
        costs.push(...(await counted(variant, load, () => apply(load, built, plan))));
      }
      const empty = built.to.start([process.execPath, compiled('scripts/benchmark/measure/empty-program.js'), PORT]);
      try {
        await empty.says('hanging');
        const all = await counted(variant, 'packets', () => apply('packets', built, plan));
        costs.push(...all.filter(({ program }) => program === EMPTY_PROGRAM));
      } finally {
        await empty.stop();
      }
    }
    return costs;
  } finally {
    putBack();
    process.off('exit', putBack);
  }
}

async function apply(load: BpfCost['load'], built: Built, plan: Plan): Promise<unknown> {
  if (load === 'packets') return packets(built, plan.packetSeconds);
  return tcp(built.from, built.to, built.address, { seconds: plan.seconds, streams: 8 });
}

/** What each program was counted while this lasted. */
async function counted(variant: Variant, load: BpfCost['load'], lasting: () => Promise<unknown>): Promise<BpfCost[]> {
  const before = new Map((await programs()).map((program) => [program.id, program]));
  await lasting();
  const run = (await programs()).map(({ id, name, runs, ns }) => {
    const earlier = before.get(id);
    return { name, runs: runs - (earlier?.runs ?? 0), ns: ns - (earlier?.ns ?? 0) };
  });
  const most = Math.max(...run.map(({ runs }) => runs));
  return run
    .filter(({ runs }) => runs > most / 10) // else of an idle group, or of somebody else's
    .map(({ name, runs, ns }) => ({ variant: variant.id, program: name, load, runs, nsPerRun: ns / runs }));
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
