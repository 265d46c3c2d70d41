/** Which MAC address an interface gets. */
import { randomBytes } from 'node:crypto';
import type { AggregatorSettings } from '../aggregator/settings.js';
import { macFromBytes } from '../lacp/mac.js';
import type { Mac } from '../lacp/variables.js';

/** As set; `own` where nothing is. */
export function macOf({ mac }: AggregatorSettings, own: Mac): Mac {
  return mac === 'random' ? randomMac() : (mac ?? own);
}

/** With new settings: an address that was made up stays, unless another is asked for. */
export function nextMac(before: AggregatorSettings, settings: AggregatorSettings, now: Mac): Mac {
  return before.mac === 'random' && settings.mac === 'random' ? now : macOf(settings, now);
}

/** Of one station, locally administered. */
function randomMac(): Mac {
  const bytes = randomBytes(6);
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return macFromBytes(bytes);
}

/** Another unicast address, locally administered, made from a given one. */
export function siblingAddress(mac: Mac): Mac {
  const first = Number.parseInt(mac.slice(0, 2), 16);
  return ((first | 0x02) ^ 0x04).toString(16).padStart(2, '0') + mac.slice(2);
}
