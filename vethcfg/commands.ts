/** The commands, in one table: parser, help and completion are made from it. */
import { ALIAS_COMMANDS } from './commands/aliases.js';
import { FILE_COMMANDS } from './commands/files.js';
import { LINK_COMMANDS } from './commands/link.js';
import { LOOK_COMMANDS } from './commands/look.js';
import { PORT_COMMANDS } from './commands/ports.js';
import { PROGRAM_COMMANDS } from './commands/program.js';
import { PROTOCOL_COMMANDS } from './commands/protocol.js';
import type { CommandSpec } from './commands/spec.js';

export type { CommandSpec, Flag, WordKind } from './commands/spec.js';

/** In the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  ...PORT_COMMANDS,
  ...ALIAS_COMMANDS,
  ...LINK_COMMANDS,
  ...LOOK_COMMANDS,
  ...FILE_COMMANDS,
  ...PROTOCOL_COMMANDS,
  ...PROGRAM_COMMANDS,
];
