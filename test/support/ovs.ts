/** Open vSwitch for tests: the same as scripts use. */
export * from '../../scripts/lab/ovs.js';
