/** Runs of `vethcfg conform` against devices in the lab, each on two links of its own. */
import { join } from 'node:path';
import type { Report } from '../../src/conformance/report.js';
import { executable } from './daemon.js';
import type { StartDevice } from './device.js';
import type { Lab } from './lab.js';
import type { Running } from './processes.js';
import { waitFor } from './wait.js';

const PORTS = ['eth0', 'eth1'];

export interface ConformRun {
  /** Groups or cases. */
  readonly only: readonly string[];
  /** Short and without like in the lab. */
  readonly name: string;
  readonly device: StartDevice;
  /** Default true. */
  readonly control?: boolean;
}

/** Builds device, links and tester, and starts the command there; `reportOfRun` waits for it. */
export async function startConform(lab: Lab, { only, name, device, control = true }: ConformRun): Promise<Running> {
  const tested = await lab.host(`d${name}`);
  const tester = await lab.host(`t${name}`);
  for (const port of PORTS) {
    await lab.link(tested, port, tester, port, { offload: false });
    // Nothing but the tester speaks on these links.
    await tester.must(['sysctl', '-q', '-w', `net.ipv6.conf.${port}.disable_ipv6=1`]);
  }
  const program = await device(lab, tested, PORTS);
  // The kernel tells of a link that came up within a second.
  await waitFor('the links of the tester', async () => {
    const links = JSON.parse(await tester.must(['ip', '-json', 'link', 'show', 'up'])) as { operstate: string }[];
    return links.filter(({ operstate }) => operstate === 'UP').length === PORTS.length;
  });
  // No vethd here; the directory of one on the machine itself is not ours.
  const words = ['--run-dir', join(lab.directory, 'none'), '--json', 'conform', '--group', only.join(',')];
  return tester.start([executable('vethcfg'), ...words, ...(control ? ['--control', program] : []), ...PORTS]);
}

/** The report that it printed; an error with what it said where it printed none. */
export async function reportOfRun(running: Running): Promise<Report> {
  const { code, stdout, stderr } = await running.ended;
  try {
    const report = JSON.parse(stdout) as Report | { error: unknown };
    if ('results' in report) return report;
  } catch {
    // Said below.
  }
  throw new Error(`vethcfg conform: exit ${code}: ${stdout}${stderr}`);
}
