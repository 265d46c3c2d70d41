/** The chosen port in `vethcfg top`: what `show` and `why` say of it. */
import type { ShownPort, ToldVerdict } from '../../src/daemon/messages.js';
import { informationLines } from '../information-view.js';
import type { Style } from '../style.js';
import type { Line } from './line.js';

export function detail(port: ShownPort, verdicts: readonly ToldVerdict[], paint: Style): Line[] {
  const { counters, events, speed, duplex } = port;
  const illegal = Object.values(counters.illegalRx).reduce((sum, frames) => sum + frames, 0);
  return [
    [],
    [{ text: `${port.aggregator} ${port.name}`, paint: paint.bold }, `  port ${port.number}, ${port.mac}`],
    field(
      'link',
      `${port.link}, ${speed === undefined ? 'speed unknown' : `${speed} Mbit/s`}, ${duplex ?? '?'} duplex`,
    ),
    field(
      'machines',
      `${port.selected}; Receive ${port.receive}, Periodic ${port.periodic}, Mux ${port.mux}; churn: actor ` +
        `${port.actorChurn}, partner ${port.partnerChurn}`,
    ),
    ...informationLines('actor', port.actor).map(([label, text]) => field(label, text)),
    ...informationLines('partner', port.partner, port.actor.State.Defaulted).map(([label, text]) => field(label, text)),
    field(
      'protocol',
      `LACPDUs ${counters.lacpdusRx} in, ${counters.lacpdusTx} out; markers ${counters.markersRx} in, ` +
        `${counters.markersTx} out; other ${counters.unknownRx} in; illegal ${illegal} in`,
    ),
    field('changes', `link lost ${events.linkFailures}, expired ${events.expired}, defaulted ${events.defaulted}`),
    ...verdicts.flatMap(({ cause, text, repair }) => [
      field('why', `${cause}: ${text}`),
      field('', `repair: ${repair}`),
    ]),
  ];
}

const field = (label: string, text: string): Line => [`  ${label.padEnd(9)} ${text}`];
