/** Devices for conformance runs: who is tested, and the program that changes its settings for the cases. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, executable } from './daemon.js';
import type { Host, Lab } from './lab.js';
import { OpenVSwitch } from './ovs.js';

/** Starts the device on a host with these ports; gives the path of its control program (program-control.ts). */
export type StartDevice = (lab: Lab, host: Host, ports: readonly string[]) => Promise<string>;

export const DEVICES: Readonly<Record<'vethd' | 'ovs', StartDevice>> = { vethd: startVethd, ovs: startOvs };

async function startVethd(lab: Lab, host: Host, ports: readonly string[]): Promise<string> {
  const daemon = new Daemon(lab, host);
  await daemon.start();
  for (const port of ports) await daemon.mustCfg(`add ${port} veth0 rate=fast`);
  const vethcfg = host.inside([executable('vethcfg'), '--run-dir', daemon.runDirectory]).join(' ');
  return program(lab, host, ports, {
    set: `exec ${vethcfg} set veth0 "$2"`,
    priority: `exec ${vethcfg} set "$port" port-priority="$3"`,
    remove: `exec ${vethcfg} del "$port" veth0`,
    add: `exec ${vethcfg} add "$port" veth0`,
  });
}

/**
 * Open vSwitch in user space: a bond with LACP. It knows neither a limit of links nor the two kinds of control: it tells
 * Collecting and Distributing together, which is coupled control.
 */
async function startOvs(lab: Lab, host: Host, ports: readonly string[]): Promise<string> {
  const ovs = new OpenVSwitch(lab, host);
  await ovs.start();
  await ovs.addBond({ ports, lacp: 'active', time: 'fast' });
  const vsctl = `ovs-vsctl --timeout=10 --db=unix:${join(ovs.directory, 'db.sock')}`;
  const refuse = "echo 'Open vSwitch has no such setting' >&2; exit 1";
  return program(lab, host, ports, {
    set: `case "$2" in
      lacp=*) exec ${vsctl} set port bond0 "$2" ;;
      rate=*) exec ${vsctl} set port bond0 other_config:lacp-time="\${2#rate=}" ;;
      mux=coupled | max-links=8) exit 0 ;;
      *) ${refuse} ;;
    esac`,
    priority: `exec ${vsctl} set interface "$port" other_config:lacp-port-priority="$3"`,
    remove: `exec ${vsctl} del-bond-iface bond0 "$port"`,
    add: `exec ${vsctl} add-bond-iface bond0 "$port"`,
  });
}

/** Writes the control program; in `acts` the port of the link is `$port`. */
function program(lab: Lab, host: Host, ports: readonly string[], acts: Readonly<Record<string, string>>): string {
  const arms = { ...acts, link: `exec ${host.inside(['ip', 'link', 'set']).join(' ')} "$port" "$3"` };
  const text = `#!/bin/sh
case "$2" in
${ports.map((port, index) => `  ${index + 1}) port=${port} ;;`).join('\n')}
esac
case "$1" in
${Object.entries(arms)
  .map(([word, act]) => `  ${word}) ${act} ;;`)
  .join('\n')}
  *) echo "no such request: $1" >&2; exit 2 ;;
esac
`;
  const path = join(lab.directory, `control-${host.name}`);
  writeFileSync(path, text);
  chmodSync(path, 0o700);
  return path;
}
