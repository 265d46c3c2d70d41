/** Each request of the control socket to what answers it. */
import type { Daemon } from './daemon.js';
import { answerAlias, answerImport } from './layers/alias/commands.js';
import { answerLink } from './layers/links/answer-link.js';
import type { Request } from './messages.js';

/** `restart`: begins a planned one. */
export async function answer(daemon: Daemon, restart: () => Promise<unknown>, request: Request): Promise<unknown> {
  switch (request.command) {
    case 'add':
      return daemon.add(request.args);
    case 'del':
      return daemon.del(request.args);
    case 'set':
      return daemon.set(request.args);
    case 'status':
      return daemon.statusOf(request.args);
    case 'show':
      return daemon.show(request.args);
    case 'events':
      return daemon.events(request.args);
    case 'flow':
      return daemon.flow(request.args);
    case 'why':
      return daemon.why(request.args);
    case 'link':
      return answerLink(daemon, request.args.words);
    case 'version':
      return daemon.version();
    case 'apply':
      return daemon.configuration.apply(request.args);
    case 'save':
      return daemon.configuration.save();
    case 'effective':
      return daemon.configuration.effective(request.args);
    case 'alias':
      return answerAlias(daemon, request.args);
    case 'import':
      return answerImport(daemon, request.args);
    case 'restart':
      return restart();
  }
}
