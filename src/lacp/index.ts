/** The protocol: frames, variables, machines' vocabulary. Pure; nothing here needs Node. */
export * from './constants.js';
export * from './functions.js';
export * from './lacpdu.pdu.js';
export * from './marker.pdu.js';
export type { PortEvent, PortStimulus } from './port-setup.js';
export * from './slow-protocols.js';
export * from './variables.js';
