/** Opening what the kernel's part of a data path needs, and what is said when the kernel refuses it. */
import { clsact } from './clsact-hook.js';
import type { HookMaker } from './ingress-hook.js';
import { type KeptWanted, openKeptMaps } from './kept-maps.js';
import { KernelForwarding } from './kernel-forwarding.js';
import { silence } from './silence-program.js';
import { Errno, SysError } from './sys/sys-error.js';
import { tcx } from './tcx-hook.js';
import type { DatapathHeritage } from './user-datapath-messages.js';
import { PacketSocket } from './user-datapath-socket.js';

/** Throws what the kernel refuses, with nothing left of it. */
export function openKernel({ name, hostIfindex, log }: KeptWanted): KernelForwarding {
  return new KernelForwarding({ name, hostIfindex, hooks: hooksFor(hostIfindex), log });
}

/** Goes on with what an earlier process left; undefined: there is nothing of use (any more). Throws as `openKernel`. */
export function takeOverKernel({ name, hostIfindex, log }: KeptWanted): KernelForwarding | undefined {
  const kept = openKeptMaps({ name, hostIfindex, log });
  return kept && new KernelForwarding({ name, hostIfindex, hooks: hooksFor(hostIfindex), log }, kept);
}

/** tcx where the kernel has it, found by trying. */
export function hooksFor(ifindex: number): HookMaker {
  try {
    silence(ifindex).end();
    return tcx;
  } catch (error) {
    if (error instanceof SysError && error.errno === Errno.EINVAL) return clsact;
    throw error;
  }
}

/** Opened here, so that it can be hooked without a word to the worker; it hooks at once only if it never was. */
export function hostSocket(ifindex: number, kernel: KernelForwarding, heritage?: DatapathHeritage): PacketSocket {
  return new PacketSocket(ifindex, { inherited: heritage?.host, hooked: false, program: kernel.capture.host });
}

/** Without what the verifier says, which is long and nothing that a user could mend. */
export function inWords({ syscall, code }: SysError): string {
  const permitted = code !== 'EPERM' && code !== 'EACCES';
  return syscall.startsWith('bpf(') && !permitted ? `bpf(2) not permitted (${syscall})` : `${syscall}: ${code}`;
}

export const refused = (name: string, error: SysError): SysError =>
  new SysError(error.syscall, error.errno, `forward ${name} in the kernel`, inWords(error));
