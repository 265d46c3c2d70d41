import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { memoryHub } from '../../src/drivers/memory-wire.js';

/** Systems A and B, each with ports 1 and 2 joined, and everything that they receive in order of time. */
function lab() {
  const clock = new VirtualClock();
  const hub = memoryHub(clock);
  const log: string[] = [];
  const wires = new Map(
    ['A', 'B'].map((system) => {
      const wire = hub.wire(system);
      wire.join(1);
      wire.join(2);
      wire.start((ifindex, frame) => log.push(`${clock.now()} ${system}${ifindex} ${Buffer.from(frame).toString()}`));
      return [system, wire] as const;
    }),
  );
  const send = (system: string, ifindex: number, text: string) =>
    wires.get(system)?.send(ifindex, new TextEncoder().encode(text));
  return { clock, hub, log, send, wire: (system: string) => hub.wire(system) };
}

const link = [
  { system: 'A', ifindex: 1 },
  { system: 'B', ifindex: 2 },
];

test('a frame arrives at the other end after the delay, and only there', () => {
  const { clock, hub, log, send } = lab();
  hub.connect(link, 5);
  send('A', 1, 'hello');
  clock.advance(4);
  expect(log).toEqual([]);
  clock.advance(1);
  expect(log).toEqual(['5 B2 hello']);
});

test('without a delay a frame arrives at the same time, but not within the call that sends it', () => {
  const { clock, hub, log, send } = lab();
  hub.connect(link);
  send('B', 2, 'one');
  send('B', 2, 'two');
  expect(log).toEqual([]);
  clock.advance(0);
  expect(log).toEqual(['0 A1 one', '0 A1 two']);
});

test('the bytes are those at the time of sending', () => {
  const { clock, hub, log, wire } = lab();
  hub.connect(link);
  const frame = new TextEncoder().encode('kept');
  wire('A').send(1, frame);
  frame.fill(0);
  clock.advance(0);
  expect(log).toEqual(['0 B2 kept']);
});

test('a port without a cable refuses to send', () => {
  const { hub, send } = lab();
  hub.connect(link);
  expect([send('A', 1, 'x'), send('A', 2, 'x')]).toEqual([true, false]);
});

test('a cut loses what is under way and what is sent, until it is mended', () => {
  const { clock, hub, log, send } = lab();
  const cable = hub.connect(link, 5);
  send('A', 1, 'under way');
  cable.cut();
  send('A', 1, 'during');
  cable.mend();
  send('A', 1, 'after');
  clock.advance(100);
  expect(log).toEqual(['5 B2 after']);
});

test('a drop rule sees frame and sender, and loses one direction only if it says so', () => {
  const { clock, hub, log, send } = lab();
  const cable = hub.connect(link);
  cable.drop((_frame, from) => from.system === 'A');
  send('A', 1, 'lost');
  send('B', 2, 'kept');
  clock.advance(0);
  cable.drop(undefined);
  send('A', 1, 'again');
  clock.advance(0);
  expect(log).toEqual(['0 A1 kept', '0 B2 again']);
});

test('a port that has left, or was never joined, hears nothing', () => {
  const { clock, hub, log, send, wire } = lab();
  hub.connect(link);
  wire('B').leave(2);
  send('A', 1, 'x');
  clock.advance(0);
  expect(log).toEqual([]);
});

test('one end given twice reflects what the port sends', () => {
  const { clock, hub, log, send } = lab();
  hub.connect([
    { system: 'A', ifindex: 1 },
    { system: 'A', ifindex: 1 },
  ]);
  send('A', 1, 'me');
  clock.advance(0);
  expect(log).toEqual(['0 A1 me']);
});
