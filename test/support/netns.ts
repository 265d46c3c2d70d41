/** A lab for one test file: removed after its tests, and nothing may be left of it. */
import { afterAll, expect } from 'vitest';
import { type Host, Lab } from '../../scripts/lab/lab.js';
import { residueOf } from './residue.js';

/** To be called at the top of a file of tests. */
export function useLab(): Lab {
  const lab = new Lab();
  afterAll(async () => {
    await lab.dispose();
    expect(residueOf(lab), 'left behind by the lab').toEqual([]);
  });
  return lab;
}

/** Two hosts joined by links `eth0`, `eth1`, ... with the same name at both ends. */
export interface Pair {
  readonly a: Host;
  readonly b: Host;
  readonly ports: readonly string[];
}

let pairs = 0;

export async function joinedBy(lab: Lab, links: number, { offload = true } = {}): Promise<Pair> {
  pairs += 1;
  const a = await lab.host(`a${pairs}`);
  const b = await lab.host(`b${pairs}`);
  const ports = Array.from({ length: links }, (_, index) => `eth${index}`);
  for (const port of ports) await lab.link(a, port, b, port, { offload });
  return { a, b, ports };
}
