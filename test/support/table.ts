/** Tables of arrows: one test a row. */
import { describe, expect, test } from 'vitest';
import type { MachineStates } from '../../src/aggregator/machine-states.js';
import { names, PortLab, type Step } from './port-lab.js';

/** State before, the steps that lead there from BEGIN, one event, state after. */
export type Row = readonly [from: string, path: readonly Step[], event: Step, to: string];

export function testArrows(machine: keyof MachineStates, title: string, rows: readonly Row[]): void {
  describe(title, () => {
    test.each(rows.map(([from, path, event, to]) => ({ from, path, event, to, title: names(path) })))(
      '$from ($title) on $event.name -> $to',
      ({ from, path, event, to }) => {
        const lab = new PortLab().run(path);
        expect(lab.port.states[machine]).toBe(from);
        expect(lab.run([event]).port.states[machine]).toBe(to);
      },
    );
  });
}
