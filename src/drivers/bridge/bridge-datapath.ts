/**
 * The data path of a virtual interface whose members are bridged: by the kernel's own bridge where it has one, else in
 * user space. One can take the place of the other under traffic; what comes in the moment between is lost.
 */
import type { BridgeControl, BridgeRules, Datapath } from '../../aggregator/io.js';
import type { Mac } from '../../lacp/variables.js';
import { addCounters, type PartialCounters } from '../counter-sums.js';
import type { DatapathChoice, DatapathKind } from '../datapath-choice.js';
import { inWords } from '../kernel-opening.js';
import { libc } from '../sys/libc.js';
import { Errno, SysError } from '../sys/sys-error.js';
import type { DatapathHeritage } from '../user-datapath-messages.js';
import { PacketSocket, type SocketHeritage } from '../user-datapath-socket.js';
import { type BridgeOptions, KernelBridge, type KernelBridgeOptions, removeBridge } from './kernel-bridge.js';
import { openUserBridge, UserBridge } from './user-bridge.js';

export interface BridgeDatapathOptions extends Omit<KernelBridgeOptions, keyof BridgeOptions>, BridgeOptions {
  readonly choice: DatapathChoice;
  /** The worker ended by itself. */
  readonly onError: (error: Error) => void;
}

export class BridgeDatapath implements Datapath {
  #path: KernelBridge | UserBridge;
  #reason: string | undefined;
  #rules: BridgeRules;
  #mac: Mac;
  readonly #members: number[] = [];
  readonly #past: PartialCounters[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: BridgeDatapathOptions,
    path: KernelBridge | UserBridge,
    reason: string | undefined,
  ) {
    this.#path = path;
    this.#reason = reason;
    this.#rules = options.rules;
    this.#mac = options.mac;
  }

  get kind(): DatapathKind {
    return this.#path.kind;
  }

  get reason(): string | undefined {
    return this.#reason ?? (this.#path instanceof UserBridge ? this.#path.reason : undefined);
  }

  get bridge(): BridgeControl {
    return {
      setLocalAddress: (mac) => {
        this.#path.setLocalAddress(mac);
        this.#mac = mac;
      },
      configure: (rules) => {
        this.#path.configure(rules);
        this.#rules = rules;
      },
      ports: () => this.#path.ports(),
      addresses: () => this.#path.addresses(),
    };
  }

  /** What keeps the kernel's bridge itself silent. */
  get silence(): { readonly ifindex: number; readonly fd: number | undefined } | undefined {
    return this.#path instanceof KernelBridge ? this.#path.silence : undefined;
  }

  addPort(ifindex: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#path.addPort(ifindex);
      this.#members.push(ifindex);
    });
  }

  removePort(ifindex: number): Promise<void> {
    return this.#inTurn(async () => {
      const place = this.#members.indexOf(ifindex);
      if (place >= 0) this.#members.splice(place, 1);
      await this.#path.removePort(ifindex);
    });
  }

  setTable(): void {}

  sendBehind(): Promise<void> {
    return this.#path.sendBehind();
  }

  delivered(): Promise<void> {
    return this.#path.delivered();
  }

  counters() {
    return addCounters([this.#path.counters(), ...this.#past], this.#members);
  }

  bucketBytes(): undefined {
    return undefined;
  }

  /** Rejects, with all as before, when `kernel` is chosen and not possible. */
  choose(choice: DatapathChoice): Promise<void> {
    return this.#inTurn(async () => {
      if (choice === 'user') {
        if (this.#path instanceof KernelBridge) await this.#toUser(this.#path);
        this.#reason = undefined;
      } else if (this.#path instanceof UserBridge) {
        try {
          await this.#toKernel(this.#path);
          this.#reason = undefined;
        } catch (error) {
          if (!(error instanceof SysError) || choice === 'kernel') throw error;
          this.#reason = reasonOf(error);
        }
      }
    });
  }

  /** For a successor: the kernel's bridge forwards on; else the sockets, in which frames wait. */
  async handOver(): Promise<DatapathHeritage | undefined> {
    await this.#turn;
    if (this.#path instanceof UserBridge) return this.#path.handOver();
    this.#path.letGo();
    return undefined;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#path.close();
  }

  /** The kernel's bridge is made behind the silence of its ports, which is lifted when nobody reads their frames. */
  async #toKernel(user: UserBridge): Promise<void> {
    const silent: number[] = [];
    let waiting = true;
    const kernel = openKernelBridge({
      ...this.#now(),
      silence: (ifindex, on) => {
        if (!waiting || on) return this.options.silence(ifindex, on);
        silent.push(ifindex);
        return true;
      },
    });
    try {
      for (const ifindex of this.#members) await kernel.addPort(ifindex);
    } catch (error) {
      await kernel.close();
      throw error;
    }
    this.#past.push(user.counters());
    const { host, ports } = await user.handOver();
    waiting = false;
    for (const ifindex of silent) this.options.silence(ifindex, false);
    this.#path = kernel;
    for (const { fd } of [host, ...ports]) closeFd(fd);
  }

  /** The sockets are there first, and begin to receive when the bridge in the kernel has gone. */
  async #toUser(kernel: KernelBridge): Promise<void> {
    const { hostIfindex } = this.options;
    const sockets: SocketHeritage[] = [];
    let user: UserBridge;
    try {
      const resting = (ifindex: number): SocketHeritage => {
        const socket = new PacketSocket(ifindex, { hooked: false }).handOver();
        sockets.push(socket);
        return socket;
      };
      const heritage = { host: resting(hostIfindex), ports: this.#members.map(resting) };
      user = await openUserBridge({ ...this.#now(), heritage, onError: this.options.onError });
    } catch (error) {
      for (const { fd } of sockets) closeFd(fd);
      throw error;
    }
    for (const ifindex of this.#members) await user.addPort(ifindex);
    this.#past.push(kernel.counters());
    // Silence drops what the sockets have seen. Where there is none, the bridge must go first.
    const silenced = [hostIfindex, ...this.#members].map((ifindex) => this.options.silence(ifindex, true));
    if (silenced.includes(false)) await kernel.close();
    await user.hook();
    if (!silenced.includes(false)) await kernel.close();
    this.#path = user;
  }

  #now(): KernelBridgeOptions {
    return { ...this.options, rules: this.#rules, mac: this.#mac };
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

/**
 * Opens it without members. `heritage`: sockets of the program, or the data path, before; then frames wait in them.
 * Rejects what the kernel refuses.
 */
export async function openBridgeDatapath(
  options: BridgeDatapathOptions,
  heritage?: () => Promise<DatapathHeritage | undefined>,
): Promise<BridgeDatapath> {
  const { choice, name, hostIfindex, silence, onError } = options;
  let reason: string | undefined;
  if (choice !== 'user') {
    try {
      return new BridgeDatapath(options, openKernelBridge(options), undefined);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      if (choice === 'kernel')
        throw new SysError(error.syscall, error.errno, `bridge ${name} in the kernel`, inWords(error));
      reason = reasonOf(error);
    }
  }
  // Of a process that bridged in the kernel.
  if (removeBridge(name)) silence(hostIfindex, true);
  const user = await openUserBridge({ ...options, heritage: await heritage?.(), onError });
  return new BridgeDatapath(options, user, reason);
}

function openKernelBridge(options: KernelBridgeOptions): KernelBridge {
  // For tests: as a kernel without bridges answers.
  if (process.env.VETH_WITHOUT_BRIDGE !== undefined) {
    throw new SysError('rtnetlink', Errno.EOPNOTSUPP, `make the bridge of ${options.name}`);
  }
  return new KernelBridge(options);
}

const reasonOf = (error: SysError): string => `the kernel has no bridge for us (${inWords(error)})`;

const closeFd = (fd: number): void => {
  libc().close(fd);
};
