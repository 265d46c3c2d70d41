/**
 * The engine: give it a clock and a way to send, feed it links and frames, read its status. Pure.
 *
 *     const system = new LacpSystem({ clock, send, forwarding, transition, changed });
 *     system.addAggregator('veth0', 0, mac, DEFAULT_AGGREGATOR);
 *     const port = system.addPort('veth0', facts, DEFAULT_PORT);
 *     system.receive(port, frame);
 */
export type { Forwarding } from './aggregator.js';
export type * from './io.js';
export type { Transition } from './port.js';
export { portMachine } from './port.machine.js';
export * from './settings.js';
export type * from './status.js';
export { LacpSystem } from './system.js';
export type { SystemEffects } from './system-effects.js';
