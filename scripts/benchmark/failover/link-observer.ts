/**
 * Helper program: says when the kernel told of links in this network namespace, one line each: milliseconds of
 * CLOCK_MONOTONIC, name, state. Prints `watching` first. A second eye beside the daemon's own.
 */
import { systemClock } from '../../../src/drivers/clock.js';
import { openLinkWatch } from '../../../src/drivers/link-watch.js';

const links = openLinkWatch();
links.links();
links.start((event) => {
  if (event.kind === 'link') console.log(`${systemClock.now().toFixed(3)} ${event.facts.name} ${event.facts.link}`);
});
console.log('watching');
