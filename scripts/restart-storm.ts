/**
 * One vethd of two is restarted again and again, at random moments, under traffic in both directions and at the fast
 * rate; printed is what the wire and the receivers saw. Exit 1 when a promise of docs/restart.md is broken.
 */
import { parseArgs } from 'node:util';
import { Daemon, distributing } from './lab/daemon.js';
import { Lab } from './lab/lab.js';
import { brokenPromises, type RestartReport, restartsUnderTraffic, type TwoDaemons } from './lab/restarts.js';

const HELP = `usage: npm run restart-storm -- [OPTIONS]
  --planned     vethcfg restart instead of kill -9 and a start
  --count N     restarts (default 100)
  --rate N      frames a second in each direction (default 1000)
  --links N     links of the group (default 2)
  --datapath D  kernel, user or auto (default auto)
  --log         print what the restarted vethd logged
`;

const { values } = parseArgs({
  options: {
    planned: { type: 'boolean', default: false },
    count: { type: 'string', default: '100' },
    rate: { type: 'string', default: '1000' },
    links: { type: 'string', default: '2' },
    datapath: { type: 'string', default: 'auto' },
    log: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [count, rate, links] = [values.count, values.rate, values.links].map(Number) as [number, number, number];

async function twoDaemons(lab: Lab): Promise<TwoDaemons> {
  const [a, b] = [await lab.host('left'), await lab.host('right')];
  const ports = Array.from({ length: links }, (_, index) => `eth${index}`);
  for (const port of ports) await lab.link(a, port, b, port);
  const [left, right] = [new Daemon(lab, a), new Daemon(lab, b)];
  left.words = right.words = ['--datapath', values.datapath];
  const addresses = ['10.0.0.1', '10.0.0.2'] as const;
  for (const [i, daemon] of [left, right].entries()) {
    await daemon.start();
    for (const port of ports) await daemon.mustCfg(`add ${port} veth0${port === ports[0] ? ' rate=fast' : ''}`);
    await daemon.host.ip(`addr add ${addresses[i]}/24 dev veth0`);
    await daemon.host.ip('link set veth0 up');
  }
  await distributing([left, right], ports);
  return { left, right, ports, addresses };
}

function print(report: RestartReport): void {
  const { gapsMs, lost } = report;
  const row = (what: string, text: string) => console.log(`  ${what.padEnd(34)} ${text}`);
  const ms = (list: readonly number[]) =>
    `median ${Math.round(median(list))} ms, max ${Math.round(Math.max(...list))} ms`;
  row(
    'restarts',
    `${report.downMs.length} ${report.planned ? 'by vethcfg restart' : 'by kill -9 and a start'}, data path ${report.datapath}`,
  );
  row('until commands are taken again', ms(report.downMs));
  row('gaps between LACPDUs on a link', `${ms(gapsMs.ours)} (of ${report.lacpdus} LACPDUs, both sides)`);
  row("gaps between the partner's", ms(gapsMs.partner));
  row('LACPDUs with Synchronization = 0', `${report.withoutSynchronization}`);
  row('keys and port numbers', report.identities.join('; '));
  row("the partner's machines moved", `${report.partnerMoves.length} times`);
  row('frames lost', `${report.lostInAll} of ${report.sent} (${rate} a second in each direction)`);
  row('frames lost by a restart', `median ${median(lost)}, max ${Math.max(...lost)}`);
  row('frames twice, overtaken', `${report.duplicates}, ${report.reordered}`);
  row('longest silence of one flow', `${Math.round(report.longestGapMs)} ms`);
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

async function storm(): Promise<number> {
  const lab = new Lab();
  try {
    const two = await twoDaemons(lab);
    const report = await restartsUnderTraffic(two, {
      count,
      planned: values.planned,
      rate,
      progress: (done) => {
        if (done % 10 === 0) console.log(`restart-storm: ${done} of ${count}`);
      },
    });
    if (values.log) console.log(two.left.log());
    print(report);
    const broken = brokenPromises(report, links);
    for (const line of broken) console.error(`restart-storm: BROKEN: ${line}`);
    console.log(broken.length === 0 ? 'restart-storm: all promises held' : `restart-storm: ${broken.length} broken`);
    return broken.length === 0 ? 0 : 1;
  } finally {
    await lab.dispose();
  }
}

if (values.help) process.stdout.write(HELP);
else if ([count, rate, links].some((value) => !Number.isInteger(value) || value < 1)) {
  process.stderr.write(`restart-storm: --count, --rate and --links take whole numbers from 1\n${HELP}`);
  process.exitCode = 2;
} else process.exitCode = await storm();
