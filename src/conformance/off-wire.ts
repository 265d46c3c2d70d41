/** Rows of the test plan that no frame of the slow protocols decides, each with the reason. */
import type { OffWire } from './case.js';

const STATUS = 'shows in the status of the device, not on the wire';
const DATA = 'needs data frames through the device';
const CONFIGURATION = 'needs a configuration of the device that cannot be asked for here';
const RESTART = 'needs power over the processes of the device';
const VERSION_2 = 'needs a device that sends version 2';

const rows = (why: string, list: readonly (readonly [id: string, title: string])[]): OffWire[] =>
  list.map(([id, title]) => ({ id, title, why }));

export const OFF_WIRE: readonly OffWire[] = [
  ...rows(DATA, [
    ['P-11', 'Timer precision under load'],
    ['X-08', 'Data agrees with the bits'],
    ['K-03', 'A marker is answered after the frames before it'],
    ['K-06', "The device's own markers when conversations move"],
    ['B-01', 'Fallback: no partner'],
    ['B-02', 'Fallback: one port hears a partner'],
    ['B-03', 'Fallback: one port loses its partner'],
    ['B-04', 'Fallback: all ports lose their partner'],
    ['B-05', 'Fallback ends without a loop'],
  ]),
  ...rows(CONFIGURATION, [
    ['L-03', 'Different keys of the device: different aggregators'],
    ['L-12', 'Policy for the active aggregator'],
    ['L-14', 'Different speeds'],
    ['L-15', 'Unknown speed, duplex, link'],
  ]),
  ...rows(STATUS, [
    ['L-11', 'Minimum links and carrier'],
    ['C-01', 'Actor churn'],
    ['C-02', 'Partner churn'],
    ['C-03', 'Leaving churn'],
    ['C-04', 'The churn monitor restarts'],
    ['G-01', 'Two partners: alarm'],
    ['G-02', 'Duplicate system: alarm'],
    ['Q-01', 'Counter of LACPDUs received'],
    ['Q-02', 'Counter of LACPDUs sent'],
    ['Q-03', 'Counter of markers received'],
    ['Q-04', 'Counter of marker responses sent'],
    ['Q-05', 'Counter of unknown frames'],
    ['Q-06', 'Counter of illegal frames'],
  ]),
  ...rows(RESTART, [
    ['H-01', 'The control process is killed and restarted, slow'],
    ['H-02', 'The control process is killed and restarted, fast'],
  ]),
  ...rows(VERSION_2, [
    ['E-01', 'Version 2 to a tester of version 1'],
    ['E-02', 'Version 2 to version 2'],
  ]),
];
