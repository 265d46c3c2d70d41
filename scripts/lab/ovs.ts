/**
 * Open vSwitch in user space on a host of the lab: own database, own switch, own directory, nothing of the system's
 * service. A bond of the given ports with LACP, and the bridge's internal port (a TAP) as the host's interface.
 */
import { join } from 'node:path';
import type { Host, Lab } from './lab.js';
import type { Finished, Running } from './processes.js';
import { must } from './processes.js';
import { waitFor } from './wait.js';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';

export interface BondOptions {
  readonly ports: readonly string[];
  readonly lacp: 'active' | 'passive' | 'off';
  readonly time: 'fast' | 'slow';
  /** How it spreads frames; balance-tcp wants LACP. Default balance-tcp. */
  readonly mode?: 'balance-tcp' | 'balance-slb';
}

/** What `lacp/show` says of one member of the bond. */
export interface OvsMember {
  readonly name: string;
  /** `current`, `expired` or `defaulted`. */
  readonly status: string;
  readonly attached: boolean;
  /** Whether the bond uses it. The state bits do not tell: Open vSwitch distributes by them as long as it is attached. */
  readonly mayEnable: boolean;
  readonly actorState: readonly string[];
  readonly partnerState: readonly string[];
}

export class OpenVSwitch {
  /** The host's own interface into the bridge. */
  readonly interface = 'br0';
  readonly directory: string;
  #switch: Running | undefined;

  constructor(
    lab: Lab,
    readonly host: Host,
    /** `tso`: segmentation offload in user space (other_config:userspace-tso-enable). Default false. */
    private readonly options: { readonly tso?: boolean } = {},
  ) {
    this.directory = lab.newDirectory(`ovs-${host.name}`);
  }

  async start(): Promise<void> {
    await must(['ovsdb-tool', 'create', this.#file('conf.db'), SCHEMA], { env: this.#env() });
    this.host.start(
      [
        'ovsdb-server',
        this.#file('conf.db'),
        `--remote=punix:${this.#file('db.sock')}`,
        `--unixctl=${this.#file('ovsdb.ctl')}`,
        `--pidfile=${this.#file('ovsdb.pid')}`,
      ],
      { env: this.#env() },
    );
    await waitFor('the database of Open vSwitch', async () => (await this.#tryVsctl(['--no-wait', 'init'])).code === 0);
    // Read once, when the switch starts.
    if (this.options.tso === true)
      await this.vsctl('--no-wait set Open_vSwitch . other_config:userspace-tso-enable=true');
    await this.startSwitch();
    await this.vsctl(`add-br ${this.interface} -- set bridge ${this.interface} datapath_type=netdev`);
  }

  /** Starts ovs-vswitchd, also again after `killSwitch`: the configuration is in the database. */
  async startSwitch(): Promise<void> {
    this.#switch = this.host.start(
      [
        'ovs-vswitchd',
        `unix:${this.#file('db.sock')}`,
        `--unixctl=${this.#file('vswitchd.ctl')}`,
        `--pidfile=${this.#file('vswitchd.pid')}`,
        '--disable-system',
      ],
      { env: this.#env() },
    );
    await waitFor('ovs-vswitchd', async () => (await this.#tryAppctl(['version'])).code === 0);
  }

  /** Process id of ovs-vswitchd. */
  get pid(): number {
    if (this.#switch === undefined) throw new Error(`ovs-vswitchd on ${this.host.name} was not started`);
    return this.#switch.pid;
  }

  /** kill -9 of the switch: its LACP falls silent, its links stay up. */
  async killSwitch(): Promise<void> {
    await this.#switch?.stop('SIGKILL');
  }

  async addBond(options: BondOptions): Promise<void> {
    for (const port of options.ports) {
      // Else the port's own stack answers ARP for the bridge's address and traffic silently passes by the bond.
      await this.host.ip(`link set ${port} arp off`);
      await this.host.must(['sysctl', '-q', '-w', `net.ipv6.conf.${port}.disable_ipv6=1`]);
    }
    await this.vsctl(
      `add-bond ${this.interface} bond0 ${options.ports.join(' ')} bond_mode=${options.mode ?? 'balance-tcp'} ` +
        `lacp=${options.lacp} other_config:lacp-time=${options.time}`,
    );
  }

  /** Of a bond without LACP: the member that it takes broadcasts on. */
  async activate(port: string): Promise<void> {
    const { code, stdout } = await this.#tryAppctl(['bond/set-active-slave', 'bond0', port]);
    if (code !== 0) throw new Error(`ovs-appctl: ${stdout.trim()}`);
  }

  /** Gives the bridge's interface an address and sets it up. */
  async address(cidr: string): Promise<void> {
    await this.host.ip(`addr add ${cidr} dev ${this.interface}`);
    await this.host.ip(`link set ${this.interface} up`);
  }

  async vsctl(words: string): Promise<string> {
    const { code, stdout, stderr } = await this.#tryVsctl(words.split(' '));
    if (code !== 0) throw new Error(`ovs-vsctl ${words}: ${stderr.trim()}`);
    return stdout;
  }

  /** `lacp/show` as text. */
  async lacpShow(): Promise<string> {
    return (await this.#tryAppctl(['lacp/show', 'bond0'])).stdout;
  }

  /** `active negotiated` and alike. */
  async lacpStatus(): Promise<string | undefined> {
    return /^\s*status: (.*)$/m.exec(await this.lacpShow())?.[1];
  }

  async members(): Promise<OvsMember[]> {
    const text = await this.lacpShow();
    return text
      .split(/^(?:member|slave): /m)
      .slice(1)
      .map((part) => {
        const head = /^(\S+): (\S+) (attached|detached)/.exec(part);
        const states = (side: string) => new RegExp(`${side} state: (.*)`).exec(part)?.[1]?.trim().split(' ') ?? [];
        return {
          name: head?.[1] ?? '',
          status: head?.[2] ?? '',
          attached: head?.[3] === 'attached',
          mayEnable: /may_enable: true/.test(part),
          actorState: states('actor'),
          partnerState: states('partner'),
        };
      });
  }

  /** Waits until exactly these ports are current and used by the bond. */
  async distributes(ports: readonly string[], timeoutMs = 20_000): Promise<void> {
    await waitFor(
      `Open vSwitch to distribute on ${ports.join(', ') || 'no port'}`,
      async () => {
        const inUse = (await this.members()).filter((member) => member.status === 'current' && member.mayEnable);
        return inUse.length === ports.length && inUse.every(({ name }) => ports.includes(name));
      },
      { timeoutMs, seen: () => this.lacpShow() },
    );
  }

  #file(name: string): string {
    return join(this.directory, name);
  }

  #env(): Record<string, string> {
    return { OVS_RUNDIR: this.directory, OVS_LOGDIR: this.directory, OVS_DBDIR: this.directory };
  }

  #tryVsctl(words: readonly string[]): Promise<Finished> {
    return this.host.run(['ovs-vsctl', '--timeout=10', `--db=unix:${this.#file('db.sock')}`, ...words], {
      env: this.#env(),
    });
  }

  #tryAppctl(words: readonly string[]): Promise<Finished> {
    return this.host.run(['ovs-appctl', '--timeout=5', '-t', this.#file('vswitchd.ctl'), ...words], {
      env: this.#env(),
    });
  }
}
