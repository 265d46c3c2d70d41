/** What a change comes to that could not be made. */
import { SysError } from '../drivers/sys/sys-error.js';
import { Refusal } from './refusal.js';

/** What the kernel refuses is the user's to mend; all else is passed on. */
export function asRefusal(error: unknown): never {
  if (!(error instanceof SysError)) throw error;
  const { doing, syscall, code, detail } = error;
  throw new Refusal({ thing: `cannot ${doing}`, problem: `the kernel refused (${detail ?? `${syscall}: ${code}`})` });
}

export function refuseToChange(): never {
  throw new Refusal({ thing: 'vethd', problem: 'it is being restarted', repair: 'nothing was changed, try again' });
}
