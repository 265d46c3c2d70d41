/** The control plane: time, memory and start, apart from any data. */
import { compiled } from '../../lab/daemon.js';
import { run } from '../../lab/processes.js';
import type { Plan } from '../options.js';
import { messageOf, say } from '../progress.js';
import type { Control, Figure, ScaleFigure } from '../results.js';
import { benchCode } from './code.js';
import { benchKernelScale } from './kernel-scale.js';
import { benchFirstLink, benchStart } from './start.js';

export async function benchControl(plan: Plan): Promise<Control> {
  const figures: Figure[] = [];
  const scale: ScaleFigure[] = [];
  const failures: string[] = [];
  const leftOut: { title: string; reason: string }[] = [];
  const attempt = async (what: string, act: () => Promise<unknown>) => {
    say(`control: ${what}`);
    try {
      await act();
    } catch (error) {
      failures.push(`control, ${what}: ${messageOf(error)}`);
      say(`control: FAILED: ${failures.at(-1)}`);
    }
  };
  const scaleRepetitions = plan.quick ? 1 : 3;
  await attempt('LACPDUs through codec and machines', async () => figures.push(...benchCode(plan.repetitions)));
  await attempt('start-up', async () => figures.push(await benchStart(plan.repetitions)));
  await attempt('link up to DISTRIBUTING', async () =>
    figures.push(await benchFirstLink(plan.quick ? 2 : plan.repetitions)),
  );
  for (const ports of plan.scales) {
    await attempt(`${ports} ports at fast rate, links in memory`, async () =>
      scale.push(await scaleApart(ports, scaleRepetitions, plan.scaleSeconds)),
    );
  }
  if (plan.quick) {
    leftOut.push(
      { title: '1024 ports', reason: 'takes a minute: in the full run' },
      { title: '128 kernel links', reason: 'takes a minute: in the full run' },
    );
    for (const { title, reason } of leftOut) say(`control: without ${title}: ${reason}`);
  } else {
    await attempt('128 kernel links at fast rate', async () =>
      figures.push(...(await benchKernelScale(scaleRepetitions, plan.scaleSeconds))),
    );
  }
  return { figures, scale, leftOut, failures };
}

/** A machine that has no time for so many ports never gets them up: not for ever. */
const SCALE_LIMIT_S = 180;

/** In a process of its own, so that its heap is its own. */
async function scaleApart(ports: number, repetitions: number, seconds: number): Promise<ScaleFigure> {
  const program = compiled('scripts/benchmark/control/memory-scale-program.js');
  const limitS = SCALE_LIMIT_S + repetitions * seconds;
  const { code, stdout, stderr } = await run(
    [process.execPath, program, ...[ports, repetitions, seconds].map(String)],
    {
      timeoutMs: limitS * 1000,
    },
  );
  if (code === null) throw new Error(`not done after ${limitS} s`);
  if (code !== 0) throw new Error(stderr.trim());
  return JSON.parse(stdout) as ScaleFigure;
}
