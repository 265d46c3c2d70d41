/** Speed and duplex of an interface: ETHTOOL_GLINKSETTINGS (include/uapi/linux/ethtool.h) over ioctl. */
import type { LinkFacts } from '../aggregator/io.js';
import * as c from './sys/constants.js';
import { check, libc } from './sys/libc.js';
import { ifreqWithPointer } from './sys/structs.js';

const SIOCETHTOOL = 0x8946;
const ETHTOOL_GLINKSETTINGS = 0x4c;
/** struct ethtool_link_settings without its bitmaps: cmd, speed, duplex, ..., link_mode_masks_nwords. */
const SETTINGS_SIZE = 48;
const AT_SPEED = 4;
const AT_DUPLEX = 8;
const AT_MASK_WORDS = 15;
const SPEED_UNKNOWN = 0xffffffff;
/** Three bitmaps follow; the kernel's length is a signed byte. */
const MAX_BITMAP_BYTES = 3 * 4 * 127;

export type SpeedAndDuplex = Pick<LinkFacts, 'speed' | 'duplex'>;

const UNKNOWN: SpeedAndDuplex = { speed: undefined, duplex: undefined };

export interface Ethtool {
  /** Unknown values are undefined, also when the driver knows no such question or the interface has gone. */
  speedAndDuplex(name: string): SpeedAndDuplex;
  close(): void;
}

export function openEthtool(): Ethtool {
  const type = c.SOCK_DGRAM | c.SOCK_CLOEXEC;
  const fd = check(libc().socket(c.AF_INET, type, 0), 'socket(AF_INET)', 'ask for link speeds');
  const settings = Buffer.alloc(SETTINGS_SIZE + MAX_BITMAP_BYTES);
  const address = libc().address(settings);
  /** Bitmap length of this kernel: it answers the first question with it, negated, instead of the settings. */
  let maskWords = 0;

  function ask(name: string): boolean {
    settings.fill(0);
    settings.writeUInt32LE(ETHTOOL_GLINKSETTINGS, 0);
    settings.writeInt8(maskWords, AT_MASK_WORDS);
    return libc().ioctl(fd, SIOCETHTOOL, ifreqWithPointer(name, address)) === 0;
  }

  return {
    speedAndDuplex(name) {
      if (!ask(name)) return UNKNOWN;
      const words = settings.readInt8(AT_MASK_WORDS);
      if (words < 0) {
        maskWords = -words;
        if (!ask(name)) return UNKNOWN;
      }
      return readSettings(settings);
    },
    close: () => {
      libc().close(fd);
    },
  };
}

/** Reads struct ethtool_link_settings. Speed 0 and -1 mean unknown, as does every duplex but half (0) and full (1). */
export function readSettings(settings: Buffer): SpeedAndDuplex {
  const speed = settings.readUInt32LE(AT_SPEED);
  const duplex = settings.readUInt8(AT_DUPLEX);
  return {
    speed: speed === 0 || speed === SPEED_UNKNOWN ? undefined : speed,
    duplex: duplex === 1 ? 'full' : duplex === 0 ? 'half' : undefined,
  };
}
