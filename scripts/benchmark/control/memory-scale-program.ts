/** Helper program: `benchMemoryScale` in a process of its own. Arguments: ports repetitions seconds. Prints JSON. */
import { messageOf } from '../progress.js';
import { benchMemoryScale } from './memory-scale.js';

const [ports = 0, repetitions = 0, seconds = 0] = process.argv.slice(2).map(Number);
try {
  console.log(JSON.stringify(await benchMemoryScale(ports, repetitions, seconds)));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
process.exit();
