/** What a command is in the table that parser, help and completion are made from. */

/** What a word of the command line may be, for completion. */
export type WordKind =
  | 'port'
  | 'veth'
  | 'daemon'
  | 'options'
  | 'command'
  | 'shell'
  | 'file'
  | 'protocol'
  | 'schema'
  | 'alias'
  | 'link'
  | 'any';

/** `short`: another spelling, of one letter. */
export interface Flag {
  readonly flag: string;
  readonly short?: string;
  readonly help: string;
  readonly value?: string;
}

export interface CommandSpec {
  readonly name: string;
  /** As in `vethcfg add SYNTAX`. */
  readonly syntax: string;
  /** One sentence without full stop. */
  readonly summary: string;
  /** For the parser (commander's notation) and for completion. */
  readonly words: readonly { readonly notation: string; readonly help: string; readonly kinds: readonly WordKind[] }[];
  /** Options of the command itself. */
  readonly flags?: readonly Flag[];
  /** Words with one dash that the command reads itself. */
  readonly dashed?: readonly { readonly word: string; readonly value: 'PORT' | 'MODE'; readonly help: string }[];
  /** Options that its help lists. */
  readonly lists?: 'add' | 'set';
  /** More text for its help. */
  readonly details?: readonly string[];
  readonly examples: readonly string[];
}
