/** The steps of the demonstration in order. Each throws when what it shows did not happen. */
import { setTimeout as delay } from 'node:timers/promises';
import { distributing } from '../lab/daemon.js';
import type { Lab } from '../lab/lab.js';
import { ping, type StreamResult, tcp, UdpStream } from '../lab/traffic.js';
import { seconds } from '../lab/wait.js';
import { LinkMonitor, watchConvergence } from './convergence.js';
import type { Narrator } from './narrator.js';
import { buildWorld, LAG, PORTS, RAW, type World } from './world.js';

/** The link that is cut. */
const CUT = 'eth1';
/** A flow that is silent for longer than this has been cut off, not moved. */
const LONGEST_SILENCE_MS = 1_000;

export async function runSteps(lab: Lab, narrator: Narrator): Promise<World> {
  narrator.step('two hosts, four kernel links, a vethd on each host');
  const world = await buildWorld(lab);
  narrator.say(`alpha is namespace ${world.alpha.namespace}, beta is ${world.beta.namespace}`);
  narrator.say('vethd: ready on both');
  await formGroup(narrator, world);
  await reach(narrator, world);
  await bulk(narrator, world);
  await cutAndHeal(narrator, world);
  return world;
}

async function formGroup(narrator: Narrator, { alpha, beta, daemons }: World): Promise<void> {
  narrator.step('LACP forms the group');
  const links = new LinkMonitor(beta);
  for (const [index, port] of PORTS.entries()) {
    const words = `add ${port} veth0${index === 0 ? ' rate=fast' : ''}`;
    await Promise.all(daemons.map((daemon) => daemon.mustCfg(words)));
    narrator.say(`vethcfg ${words}   on both`);
  }
  await Promise.all([alpha, beta].flatMap((host) => PORTS.map((port) => host.ip(`link set ${port} up`))));
  const took = await watchConvergence(narrator, daemons, links, PORTS);
  await links.stop();
  const times = [...took].map(([port, ms]) => `${port} ${seconds(ms)}`).join(', ');
  narrator.figure('link up to DISTRIBUTING', `${times} s`);
  await alpha.ip(`addr add ${LAG.alpha}/24 dev veth0`);
  await beta.ip(`addr add ${LAG.beta}/24 dev veth0`);
  await Promise.all([alpha, beta].map((host) => host.ip('link set veth0 up')));
  narrator.say(`${LAG.alpha} on veth0 of alpha, ${LAG.beta} on veth0 of beta`);
}

async function reach(narrator: Narrator, { alpha }: World): Promise<void> {
  narrator.step('ping');
  const { sent, received, duplicates, averageMs } = await ping(alpha, LAG.beta, 50);
  narrator.figure('ping', `${received} of ${sent} answered, ${duplicates} duplicates, average ${averageMs} ms`);
  if (received !== sent || duplicates !== 0) throw new Error('each request should have had exactly one reply');
}

async function bulk(narrator: Narrator, { alpha, beta }: World): Promise<void> {
  narrator.step('bulk TCP, 8 streams, in turns over the group and over one raw veth link');
  const rates: { lag: number[]; raw: number[] } = { lag: [], raw: [] };
  for (const [index, over] of (['lag', 'raw', 'lag', 'raw'] as const).entries()) {
    const address = over === 'lag' ? LAG.beta : RAW.beta;
    const rate = await tcp(alpha, beta, address, { seconds: 2, streams: 8, port: 5201 + index });
    rates[over].push(rate);
    narrator.say(`${over === 'lag' ? 'veth0, four links' : 'one raw link     '}  ${gigabits(rate)}`);
  }
  const lag = mean(rates.lag);
  const raw = mean(rates.raw);
  narrator.figure(
    'TCP over the group',
    `${gigabits(lag)}, ${(lag / raw).toFixed(2)} of one raw link (${gigabits(raw)})`,
  );
  if (lag === 0) throw new Error('no TCP over the group');
}

async function cutAndHeal(narrator: Narrator, { alpha, beta, daemons }: World): Promise<void> {
  narrator.step(`16 UDP flows, 4000 numbered frames a second; ${CUT} is cut, later healed`);
  const others = PORTS.filter((port) => port !== CUT);
  const links = new LinkMonitor(beta);
  const stream = await UdpStream.start(alpha, beta, LAG.beta);
  await delay(1_500);

  const cutAt = monotonicMs();
  await alpha.ip(`link set ${CUT} down`);
  const moved = await distributing(daemons, others, 5_000);
  narrator.say(`${CUT} is down; both ends use the other three ${moved.toFixed(0)} ms later`);
  narrator.block(daemons[1].table());
  await delay(1_500);

  const healedAt = monotonicMs();
  await alpha.ip(`link set ${CUT} up`);
  const took = await watchConvergence(narrator, daemons, links, [CUT]);
  await links.stop();
  await delay(1_500);
  const result = await stream.stop();

  const before = result.holes.filter(({ toMs }) => toMs < cutAt);
  const atCut = result.holes.filter(({ toMs }) => toMs >= cutAt && toMs < healedAt);
  const atHeal = result.holes.filter(({ toMs }) => toMs >= healedAt);
  narrator.figure('steady', `${lostIn(before)} frames lost before the cut`);
  narrator.figure(`${CUT} cut`, `${told(atCut)} (of ${result.sent} sent in all)`);
  narrator.figure(`${CUT} healed`, `${told(atHeal)}; in use ${seconds(took.get(CUT) ?? 0)} s after link up`);
  narrator.figure(
    'whole stream',
    `${result.lost} lost, ${result.reordered} reordered, ${result.duplicates} duplicated`,
  );
  if (result.flowsAlive !== 16) throw new Error(`${16 - result.flowsAlive} of 16 flows did not survive`);
  if (silence(result.holes) > LONGEST_SILENCE_MS) throw new Error(`a flow was cut off for ${silence(result.holes)} ms`);
  if (result.duplicates !== 0) throw new Error('frames were duplicated');
}

type Holes = StreamResult['holes'];
const lostIn = (holes: Holes): number => holes.reduce((sum, { lost }) => sum + lost, 0);
const silence = (holes: Holes): number => Math.max(0, ...holes.map(({ fromMs, toMs }) => toMs - fromMs));

function told(holes: Holes): string {
  if (holes.length === 0) return 'no frame lost';
  const flows = new Set(holes.map(({ flow }) => flow)).size;
  return `${lostIn(holes)} frames of ${flows} flows lost, longest silence of a flow ${silence(holes).toFixed(1)} ms`;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const gigabits = (rate: number): string => `${(rate / 1e9).toFixed(1)} Gbit/s`;
/** The clock of the UDP receiver. */
const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
