/**
 * What vethd may do, cut down to what it needs, before anything else runs. Capabilities belong to threads, and Node.js
 * has several before the first line of ours: giving them up in one thread would leave them in the others. So the cut
 * is made in this thread, and then the program is executed again in the same process: execve(2) ends all other threads,
 * and with no_new_privs set the kernel gives the new image nothing that this thread did not have.
 */
import { readFileSync } from 'node:fs';
import { keepOverExecve } from '../drivers/sys/descriptors.js';
import { check, libc } from '../drivers/sys/libc.js';
import { SysError } from '../drivers/sys/sys-error.js';
import { LISTEN_FDS_START, passedCount } from './socket-activation.js';

/** Number and use of each capability that vethd keeps; the systemd unit names the same ones. */
export const NEEDED = {
  /** Interfaces, addresses, /proc/sys/net, multicast membership, attaching programs to interfaces. */
  CAP_NET_ADMIN: 12,
  /** Packet sockets: LACPDUs, and the frames of the user-space data path. */
  CAP_NET_RAW: 13,
  /** Loading programs: the one that silences a port, and those of the data path in the kernel. */
  CAP_BPF: 39,
  /** Without it the kernel refuses programs that work on tables as large as those of the data path. */
  CAP_PERFMON: 38,
} as const;

const NEEDED_MASK = maskOf(Object.values(NEEDED));
const HIGHEST_CAPABILITY = 63;

/** Set for the second execution, so that a kernel which does not play along cannot make a loop of it. */
const MARK = 'VETHD_PRIVILEGES_REDUCED';

const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const CAPABILITY_VERSION_3 = 0x20080522;

/** Sets of capabilities as bit masks; of one thread. */
export interface Privileges {
  readonly permitted: bigint;
  readonly effective: bigint;
  readonly noNewPrivileges: boolean;
}

/** Reads the text of /proc/PID/status. What is not in it (an old kernel) counts as none. */
export function parsePrivileges(status: string): Privileges {
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '0';
  return {
    permitted: BigInt(`0x${field('CapPrm')}`),
    effective: BigInt(`0x${field('CapEff')}`),
    noNewPrivileges: field('NoNewPrivs') === '1',
  };
}

export const ownPrivileges = (): Privileges => parsePrivileges(readFileSync('/proc/thread-self/status', 'utf8'));

/** Nothing is left that could be given up. */
export function isReduced({ permitted, noNewPrivileges }: Privileges): boolean {
  return noNewPrivileges && (permitted & ~NEEDED_MASK) === 0n;
}

/** Names of the needed capabilities that are not in force. */
export function missingCapabilities({ effective }: Privileges): string[] {
  return Object.entries(NEEDED).flatMap(([name, number]) => ((effective >> BigInt(number)) & 1n ? [] : [name]));
}

/**
 * Executes the program again with the needed capabilities alone, unless that is so already (a unit of systemd, a
 * parent that is a vethd) or `--keep-privileges` is among the words. Returns only when nothing was done; says on
 * standard error when it could not be.
 */
export function reducePrivileges(words: readonly string[] = process.argv.slice(2)): void {
  const again = process.env[MARK] !== undefined;
  delete process.env[MARK];
  if (words.includes('--keep-privileges')) return;
  try {
    const now = ownPrivileges();
    if (isReduced(now)) return;
    if (again) throw new Error('after execve(2) there are more than were kept');
    giveUpAllBut(now.permitted & NEEDED_MASK);
    executeAgain({ [MARK]: '1' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`vethd: warn privileges are not reduced: ${why}\n`);
  }
}

function giveUpAllBut(kept: bigint): void {
  const c = libc();
  // Needs CAP_SETPCAP: first. Where it is refused, no_new_privs keeps the rest out all the same.
  for (let number = 0; number <= HIGHEST_CAPABILITY; number++) {
    if (((kept >> BigInt(number)) & 1n) === 0n) c.prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
  }
  check(c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'prctl(PR_SET_NO_NEW_PRIVS)', 'rule out new privileges');
  check(c.capset(capabilityHeader(), capabilityData(kept)), 'capset', 'give up capabilities');
  // Carries them through execve for a user other than root; root gets them anyway.
  for (let number = 0; number <= HIGHEST_CAPABILITY; number++) {
    if ((kept >> BigInt(number)) & 1n) c.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0);
  }
}

/**
 * The program anew in the same process: same number, arguments, standard streams, descriptors that systemd passed, and
 * `inherited` ones. Everything else of this process is gone, its worker threads too. Throws when the kernel refuses.
 */
export function executeAgain(environment: Readonly<Record<string, string>>, inherited: readonly number[] = []): never {
  const passed = LISTEN_FDS_START + passedCount(process.env, process.pid);
  // Node.js marks what it inherits to be closed at execve.
  keepOverExecve([...Array(passed).keys(), ...inherited]);
  const argv = [process.argv0, ...ownArguments()];
  const variables = Object.entries({ ...process.env, ...environment }).map(([name, value]) => `${name}=${value}`);
  libc().execve(process.execPath, [...argv, null], [...variables, null]);
  throw new SysError('execve', libc().errno(), `execute ${process.execPath} again`);
}

/** What follows the name of the program, so that it runs as this one does. */
export const ownArguments = (): string[] => [...process.execArgv, ...process.argv.slice(1)];

/** struct __user_cap_header_struct: version, pid (0: this thread). */
function capabilityHeader(): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(CAPABILITY_VERSION_3, 0);
  return header;
}

/** Two of struct __user_cap_data_struct (effective, permitted, inheritable): the low and the high 32 capabilities. */
function capabilityData(set: bigint): Buffer {
  const data = Buffer.alloc(24);
  for (const [half, offset] of [
    [Number(set & 0xffffffffn), 0],
    [Number(set >> 32n), 12],
  ] as const) {
    for (const field of [0, 4, 8]) data.writeUInt32LE(half, offset + field);
  }
  return data;
}

function maskOf(numbers: readonly number[]): bigint {
  return numbers.reduce((mask, number) => mask | (1n << BigInt(number)), 0n);
}
