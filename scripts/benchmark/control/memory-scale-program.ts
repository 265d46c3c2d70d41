/** Helper program: `benchMemoryScale` in a process of its own. Arguments: ports repetitions seconds. Prints JSON. */
import { benchMemoryScale } from './memory-scale.js';

const [ports = 0, repetitions = 0, seconds = 0] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await benchMemoryScale(ports, repetitions, seconds)));
process.exit();
