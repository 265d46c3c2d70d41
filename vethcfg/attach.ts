/** `vethcfg ve0 -attach eth0 ...`: each of the words is asked of vethd, one after the other. */
import type { DoneResult } from '../src/daemon/messages.js';
import { attachSteps, type Step } from './attach-words.js';
import { ask } from './client.js';
import type { Run } from './run.js';

/** In their order; with --json one document for all. */
export async function attach(words: readonly string[], run: Run): Promise<void> {
  const steps = attachSteps(words);
  const made = await ask(run.address, 'effective', {});
  let known = made.interfaces.some(({ name }) => name === words[0]);
  const notes: string[] = [];
  const done: string[] = [];
  for (const step of steps) {
    const [result, what] = await take(step, known, run).catch((error: unknown) => {
      if (done.length > 0) run.world.stderr(`vethcfg: note: done before that: ${done.join(', ')}\n`);
      throw error;
    });
    known = true;
    done.push(what);
    notes.push(...result.notes);
  }
  // What a step says of the mode, the next one may have changed.
  const last = notes.filter(
    (note, at) => !/mode=auto/.test(note) || at === notes.findLastIndex((n) => /mode=auto/.test(n)),
  );
  if (run.json) return run.world.stdout(`${JSON.stringify({ ok: true, notes: last }, null, 2)}\n`);
  for (const note of last) run.world.stderr(`vethcfg: note: ${note}\n`);
  if (run.verbose) run.world.stdout(`${done.join('\n')}\n`);
}

async function take(step: Step, known: boolean, { address }: Run): Promise<[DoneResult, string]> {
  const { command, veth } = step;
  if (command === 'set') {
    const result = await ask(address, 'set', { name: veth, options: [`mode=${step.mode}`] });
    return [result, `${veth}: mode ${step.mode}`];
  }
  const { port } = step;
  if (command === 'del') return [await ask(address, 'del', { port, veth }), `${port} detached from ${veth}`];
  const mode = step.mode ?? (known ? undefined : 'auto');
  const options = mode === undefined ? [] : [`mode=${mode}`];
  return [await ask(address, 'add', { port, veth, options }), `${port} attached to ${veth}`];
}
