/** The page of vethd: everything is shown, nothing can be changed. */
import type { StateDocument } from '../src/daemon/http/documents.js';
import { Bundles } from './bundles.js';
import { byId } from './dom.js';
import { Journal } from './journal.js';
import { listen } from './live.js';
import { Machines } from './machines.js';
import { Rates } from './rates.js';

const rates = new Rates();
const journal = new Journal();
const bundles = new Bundles(byId('bundles'), rates, (port) => machines.choose(port));
const machines = new Machines((port) => bundles.mark(port));

listen({
  state: (state) => {
    rates.add(state);
    head(state);
    bundles.update(state);
    machines.update(state);
    journal.ports(state.show.aggregators.flatMap(({ name, ports }) => [name, ...ports.map((port) => port.name)]));
  },
  journal: (part, anew) => journal.add(part, anew),
  connected: (live) => {
    const place = byId('connection');
    place.className = live ? 'live' : 'lost';
    const words = live ? 'live' : 'vethd is not heard; what is shown is old';
    if (place.textContent !== words) place.textContent = words;
  },
});

function head({ machine, show, why }: StateDocument): void {
  const { kind, reason } = show.datapath;
  byId('machine').textContent = `on ${machine}`;
  const path = show.aggregators.length === 0 ? [] : [`data path ${kind}${reason === undefined ? '' : ` (${reason})`}`];
  byId('process').textContent = [...path, ...why.process].join('; ');
  byId('version').textContent = `vethd ${show.version}`;
  document.title = `veth on ${machine}`;
}
