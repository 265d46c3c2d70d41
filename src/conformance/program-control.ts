/**
 * Control of the device by a program of the user's, which is called with words and exits with 0 when it is done:
 *
 *     PROGRAM set lacp=active|passive|off    rate=fast|slow, mux=independent|coupled, max-links=N: one at a time
 *     PROGRAM priority LINK NUMBER           port priority of the device's end of a link
 *     PROGRAM link LINK up|down              the device's end of a link
 *     PROGRAM remove LINK | add LINK         a port leaves the group in good order, and joins it again
 *
 * LINK counts from 1 in the order of the ports. Any other exit code: this device cannot; the case is not applicable.
 */
import { execFile } from 'node:child_process';
import { CannotControl, type DeviceControl, type DeviceSettings } from './control.js';

/** Longer than any device takes to obey. */
const TIMEOUT = 20_000;

export function programControl(program: string): DeviceControl {
  const call = (...words: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      execFile(program, words, { timeout: TIMEOUT }, (error, _stdout, stderr) => {
        if (error === null) resolve();
        else reject(new CannotControl(`the device cannot "${words.join(' ')}": ${stderr.trim() || error.message}`));
      });
    });
  /** What was asked for last, so that only changes are; a rejection stands until something else is asked for. */
  const asked = new Map<string, { readonly value: unknown; readonly done: Promise<void> }>();
  return {
    async set(settings) {
      for (const name of Object.keys(settings) as (keyof DeviceSettings)[]) {
        const value = settings[name];
        if (asked.get(name)?.value !== value) asked.set(name, { value, done: call('set', `${name}=${value}`) });
        await asked.get(name)?.done;
      }
    },
    setPortPriority: (link, priority) => call('priority', `${link}`, `${priority}`),
    setLink: (link, up) => call('link', `${link}`, up ? 'up' : 'down'),
    removePort: (link) => call('remove', `${link}`),
    addPort: (link) => call('add', `${link}`),
  };
}
