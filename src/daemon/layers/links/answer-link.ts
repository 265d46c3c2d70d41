/** The command `link`. */
import type { Daemon } from '../../daemon.js';
import { LINK_KIND } from './link-kind.js';
import { parseLinkWords } from './link-words.js';
import { LinksLayer } from './links-layer.js';
import type { LinkResult } from './shown-link.js';

export async function answerLink(daemon: Daemon, words: readonly string[]): Promise<LinkResult> {
  const layer = daemon.layers.get(LINK_KIND.key);
  if (!(layer instanceof LinksLayer)) throw new Error('vethd has no layer of slaves');
  const request = parseLinkWords(words);
  switch (request.act) {
    case 'show':
      return { notes: [], links: layer.show(request.name) };
    case 'add':
      await daemon.changeLayer(() => layer.make(request.item, { wait: false }));
      return { notes: layer.notes(request.item.name), links: layer.show(request.item.name) };
    case 'del':
      await daemon.changeLayer(() => layer.remove(request.name));
      return { notes: [], links: [] };
    case 'set':
      await daemon.changeLayer(async () => {
        const { name, options } = layer.get(request.name);
        await layer.change(LINK_KIND.parse(name, { ...options, ...request.options }));
      });
      return { notes: layer.notes(request.name), links: layer.show(request.name) };
  }
}
