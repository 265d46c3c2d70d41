import type { Transition } from '../aggregator/port.js';
import type { Log } from './log.js';

/** The states that an operator follows; the others are for a close look. */
export function logTransition(log: Log, aggregator: string, port: string, transition: Transition): void {
  const { machine, from, to, cause } = transition;
  if (machine === 'transmit') return;
  const line = `${aggregator} ${port} ${machine}: ${from} (${cause.type}) -> ${to}`;
  if (machine === 'mux' || machine === 'receive') log.info(line);
  else log.debug(line);
}
