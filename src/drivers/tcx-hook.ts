/** Programs on tcx (Linux 6.6 and newer): a link holds the program, and a pin or a descriptor holds the link. */
import { rmSync } from 'node:fs';
import type { HookMaker, HookPlace, IngressHook } from './ingress-hook.js';
import { detachLink, linkInfo, linkTcx, updateLink } from './sys/bpf-links.js';
import { openPin, pin } from './sys/bpf-pins.js';
import { libc } from './sys/libc.js';
import { SysError } from './sys/sys-error.js';

export const tcx: HookMaker = {
  kind: 'tcx',
  hang(program, place) {
    const { ifindex, direction = 'ingress', owner = 'datapath' } = place;
    const link = linkTcx(program, ifindex, direction, owner === 'datapath' ? 'first' : 'last');
    try {
      if (place.pin !== undefined) pin(link, place.pin);
    } catch (error) {
      libc().close(link);
      throw error;
    }
    return hook(link, place);
  },
  adopt(program, place) {
    if (place.pin === undefined) return undefined;
    let link: number | undefined;
    try {
      link = openPin(place.pin);
      if (linkInfo(link)?.ifindex !== place.ifindex) throw new Error('a link of something else');
      updateLink(link, program);
      return hook(link, place);
    } catch {
      if (link !== undefined) libc().close(link);
      rmSync(place.pin, { force: true });
      return undefined;
    }
  },
};

function hook(link: number, { pin: path }: HookPlace): IngressHook {
  return {
    replace: (program) => updateLink(link, program),
    end() {
      try {
        detachLink(link);
      } catch (error) {
        if (!(error instanceof SysError)) throw error; // the interface has gone, and the link with it
      }
      if (path !== undefined) rmSync(path, { force: true });
      libc().close(link);
    },
    letGo: () => void libc().close(link),
  };
}
