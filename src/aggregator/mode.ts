/**
 * What an interface makes of its ports. All modes but `lacp` take the partner for granted: no LACP is spoken or heard,
 * and each port whose link is up has a partner that is in sync, one and the same for all. So the machines, the table
 * and all that stands on them serve every mode, and there is no second way to forward.
 */
import { Null_System, type PortInformation } from '../lacp/variables.js';

export const MODES = ['lacp', 'fec', 'bridge', 'active-backup', 'alias', 'auto'] as const;
/**
 * fec: a static group, as Fast EtherChannel's "mode on"; all ports carry. bridge: the ports are bridged, and the
 * interface is the host's port of the bridge. active-backup: one port carries. alias: there
 * is one port. auto: alias while there is one port, lacp with more.
 */
export type Mode = (typeof MODES)[number];
export const MODES_IN_FORCE = ['lacp', 'fec', 'bridge', 'active-backup', 'alias'] as const satisfies readonly Mode[];
export type ModeInForce = (typeof MODES_IN_FORCE)[number];

export function modeInForce(mode: Mode, ports: number): ModeInForce {
  if (mode !== 'auto') return mode;
  return ports > 1 ? 'lacp' : 'alias';
}

/** No LACP: the partner is taken for granted. */
export const isStatic = (mode: ModeInForce): boolean => mode !== 'lacp';

/** However many ports there are, one carries. */
export const oneCarries = (mode: ModeInForce): boolean => mode === 'active-backup' || mode === 'alias';

/** No conversations are spread over ports: they need not be alike. */
export const mayDiffer = (mode: ModeInForce): boolean => oneCarries(mode) || mode === 'bridge';

/** The partner of every port of a static group. */
export const GRANTED_PARTNER: PortInformation = {
  System_Priority: 0,
  System: Null_System,
  Key: 0,
  Port_Priority: 0,
  Port: 0,
  State: {
    LACP_Activity: false,
    LACP_Timeout: false,
    Aggregation: true,
    Synchronization: true,
    Collecting: true,
    Distributing: true,
    Defaulted: false,
    Expired: false,
  },
};
