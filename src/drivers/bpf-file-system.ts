/** The BPF file system: what the kernel keeps there outlives the process that made it. */
import { existsSync, statfsSync } from 'node:fs';
import { libc } from './sys/libc.js';

/** Usual mount point; systemd mounts it at start. */
export const BPFFS = '/sys/fs/bpf';
/** SYSFS_MAGIC: the mount point with nothing mounted on it. */
const SYSFS = 0x62656572;

/**
 * Mounts it where nobody has, as tc(8) does; it stays, for whoever needs it. Where that is not allowed the data path
 * works without it, and says what follows.
 */
export function mountBpfFileSystem(): void {
  if (!existsSync(BPFFS) || statfsSync(BPFFS).type !== SYSFS) return;
  libc().mount('bpf', BPFFS, 'bpf', 0, 'mode=700');
}
