/** Our own engine as the device under test, in virtual time. */
import { DEFAULT_PORT } from '../../src/aggregator/settings.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import type { DeviceControl } from '../../src/conformance/control.js';
import { Tester } from '../../src/conformance/tester.js';
import type { Wire } from '../../src/conformance/wire.js';
import { facts, TestSystem } from '../support/system-lab.js';

/** What a frame becomes on its way; none, one or several. `sent`: by the device. */
export type Meddling = (frame: Uint8Array, direction: 'sent' | 'received', port: number) => readonly Uint8Array[];

export interface VirtualDevice {
  readonly tester: Tester;
  readonly control: DeviceControl;
  readonly wire: Wire;
}

/** A fresh engine with `links` ports, all up, and a tester at the far ends. */
export function virtualDevice(links: number, meddle: Meddling = (frame) => [frame]): VirtualDevice {
  const clock = new VirtualClock();
  const system = new TestSystem(clock, '02:aa:00:00:00:00');
  const numbers = Array.from({ length: links }, (_, index) => index + 1);
  const up = new Set(numbers);
  let listener: (port: number, frame: Uint8Array) => void = () => {};
  system.onFrame = (port, frame) => {
    for (const each of meddle(frame, 'sent', port)) if (up.has(port)) listener(port - 1, each);
  };

  const wire: Wire = {
    ports: numbers.map((n) => ({ name: `eth${n - 1}`, mac: `02:cc:00:00:00:0${n}` })),
    now: () => clock.now(),
    setTimeout: (callback, ms) => clock.setTimeout(callback, ms),
    clearTimeout: (handle) => clock.clearTimeout(handle),
    wait: async (ms) => {
      clock.advance(ms);
    },
    send: (port, frame) => {
      if (!up.has(port + 1)) return;
      for (const each of meddle(frame, 'received', port + 1)) system.system.receive(port + 1, each);
    },
    start: (deliver) => {
      listener = deliver;
    },
    close: () => {},
  };

  const control: DeviceControl = {
    set: async ({ 'max-links': maxLinks, ...settings }) => {
      system.set({ ...current, ...settings, ...(maxLinks === undefined ? {} : { maxLinks }) });
      Object.assign(current, settings, maxLinks === undefined ? {} : { maxLinks });
    },
    setPortPriority: async (link, portPriority) => system.system.setPort(link, { ...DEFAULT_PORT, portPriority }),
    setLink: async (link, isUp) => {
      if (isUp) up.add(link);
      else up.delete(link);
      system.setLink(link, isUp);
    },
    removePort: async (link) => system.system.removePort(link, () => {}),
    addPort: async (link) => {
      system.system.addPort('veth0', facts(link), DEFAULT_PORT, link);
    },
  };
  const current = {};

  for (const n of numbers) system.addPort(facts(n));
  return { tester: new Tester(wire, control), control, wire };
}
