/** What joins ports and aggregator: hash policies and the Frame Distributor's table. Pure. */
export * from './conversations.js';
export * from './distributor.js';
export * from './hash.js';
