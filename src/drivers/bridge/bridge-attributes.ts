/** Numbers of the kernel's bridge (include/uapi/linux/{if_link,if_bridge,neighbour}.h), under their C names. */

/** IFLA_INFO_DATA of a bridge. Times in hundredths of a second. */
export const IFLA_BR_FORWARD_DELAY = 1;
export const IFLA_BR_AGEING_TIME = 4;
export const IFLA_BR_STP_STATE = 5;
/** 16 bits. */
export const IFLA_BR_PRIORITY = 6;
/** 8 bits. */
export const IFLA_BR_MCAST_SNOOPING = 23;
/** 16 bits. */
export const IFLA_BR_VLAN_DEFAULT_PVID = 39;
/** From Linux 6.7; older kernels pass over it. */
export const IFLA_BR_FDB_MAX_LEARNED = 49;

/** Of a link message about a port. */
export const IFLA_PROTINFO = 12;
export const IFLA_INFO_SLAVE_DATA = 5;
export const IFLA_BRPORT_STATE = 1;

/** BR_STATE_*: the order of BRIDGE_PORT_STATES. */
export const BR_STATE_DISABLED = 0;
export const BR_STATE_FORWARDING = 3;

export const RTM_NEWNEIGH = 28;
export const RTM_GETNEIGH = 30;
export const NDA_LLADDR = 2;
export const NDA_CACHEINFO = 3;
export const NDA_VLAN = 5;
export const NDA_MASTER = 9;
export const NUD_NOARP = 0x40;
export const NUD_PERMANENT = 0x80;
export const NTF_MASTER = 0x04;
export const NTF_STICKY = 0x40;
export const NDMSG_SIZE = 12;
