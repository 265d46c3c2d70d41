/** Completion scripts for bash and zsh, made from the same tables as parser and help. */
import { DAEMON_NAME, DAEMON_OPTIONS } from '../src/daemon/daemon-options.js';
import { OPTIONS } from '../src/daemon/options.js';
import { LINK_WORDS } from './commands/link.js';
import { COMMANDS, type CommandSpec, type WordKind } from './commands.js';

export const SHELLS = ['bash', 'zsh'] as const;
/** What else than the configuration has a schema. */
export const SCHEMAS = ['simulate', 'openconfig'] as const;
export type Shell = (typeof SHELLS)[number];

/** Options of vethcfg itself; `value` names what follows. */
export const GLOBAL_OPTIONS = [
  { flag: '--run-dir', value: 'DIR', help: 'run directory of vethd (default: $VETH_RUN_DIR, else /run/veth)' },
  { flag: '--json', help: 'print one JSON document' },
  { flag: '--timeout', value: 'SECONDS', help: 'how long to wait for an answer (default: 10)' },
  { flag: '--verbose', help: 'say what was done' },
] as const;

const DASHED = COMMANDS.flatMap(({ dashed = [] }) => dashed);

/** What may begin with a dash behind the command. */
const flagsOf = ({ flags = [], dashed = [] }: CommandSpec): string[] => [
  ...flags.map(({ flag }) => flag),
  ...dashed.map(({ word }) => word),
];

export function completionScript(shell: Shell): string {
  return shell === 'bash' ? bashScript() : zshScript();
}

const optionValues = OPTIONS.map((option) => {
  const values = new Set([...(option.aggregator?.examples ?? []), ...(option.port?.examples ?? [])]);
  return { name: option.name, help: option.help, values: [...values] };
});
const daemonValues = DAEMON_OPTIONS.map(({ name, help, examples }) => ({ name, help, values: examples }));

/** Commands by what the word at a position may be: `add:0` is a port; the last word of a command repeats. */
function positions(patternOf: (command: string, position: number, last: boolean) => string): [string, WordKind[]][] {
  return COMMANDS.flatMap(({ name, words }) =>
    words.map(({ notation, kinds }, position): [string, WordKind[]] => [
      patternOf(name, position, notation.includes('...')),
      [...kinds],
    ]),
  );
}

function bashScript(): string {
  const words: Record<WordKind, string> = {
    port: '$interfaces',
    veth: '$interfaces',
    daemon: DAEMON_NAME,
    options: optionValues.map(({ name }) => `${name}=`).join(' '),
    command: COMMANDS.map(({ name }) => name).join(' '),
    shell: SHELLS.join(' '),
    schema: SCHEMAS.join(' '),
    file: '',
    protocol: 'tcp udp sctp icmp icmpv6 gre esp',
    alias: 'up down',
    link: `${LINK_WORDS.join(' ')} $interfaces`,
    any: '',
  };
  const flags = COMMANDS.flatMap((command) => {
    const own = flagsOf(command);
    const { name } = command;
    return own.length === 0 ? [] : [`      ${name}) candidates="$candidates ${own.join(' ')}" ;;`];
  });
  const arms = positions((command, position, last) => (last ? `${command}:*` : `${command}:${position}`)).map(
    ([pattern, kinds]) =>
      kinds.includes('file')
        ? `    ${pattern}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return ;;`
        : `    ${pattern}) candidates="${[...new Set(kinds.map((kind) => words[kind]))].join(' ')}" ;;`,
  );
  const values = [...optionValues, ...daemonValues].map(
    ({ name, values: list }) => `      ${name}) candidates="${list.join(' ')}" ;;`,
  );
  const modes = optionValues.find(({ name }) => name === 'mode')?.values ?? [];
  const dashedArms = DASHED.map(({ word, value }) => {
    const candidates = value === 'MODE' ? modes.join(' ') : '$interfaces';
    return `    ${word}) COMPREPLY=($(compgen -W "${candidates}" -- "$cur")); return ;;`;
  });
  const ownFlags = COMMANDS.flatMap((command) => command.flags ?? []);
  const takesValue = [
    ...GLOBAL_OPTIONS.filter((option) => 'value' in option),
    ...ownFlags.filter(({ value }) => value !== undefined),
  ].flatMap((option) => [option.flag, ...('short' in option ? [option.short] : [])]);
  return `\
# bash completion for vethcfg: source <(vethcfg completion bash)
_vethcfg() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} name='' command='' position=0 index word
  local interfaces subject='' candidates=''
  interfaces=$(ls /sys/class/net 2>/dev/null | tr '\\n' ' ')
  COMPREPLY=()
  # bash splits words at '='.
  if [[ $cur == '=' ]]; then name=$prev cur=''; elif [[ $prev == '=' ]]; then name=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if [[ -n $name ]]; then
    case $name in
${values.join('\n')}
    esac
    COMPREPLY=($(compgen -W "$candidates" -- "$cur"))
    return
  fi
  case $prev in
${dashedArms.join('\n')}
    --run-dir) COMPREPLY=($(compgen -d -- "$cur")); return ;;
    ${takesValue.filter((flag) => flag !== '--run-dir').join('|')}) return ;;
  esac
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case $word in
      ${takesValue.join('|')}) ((index++)) ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=$word; else subject=\${subject:-$word}; ((position++)); fi ;;
    esac
  done
  if [[ $cur == -* ]]; then
    candidates="${GLOBAL_OPTIONS.map(({ flag }) => flag).join(' ')} --help"
    case $command in
${flags.join('\n')}
      ${COMMANDS.map(({ name }) => name).join('|')}|'') ;;
      *) candidates="${DASHED.map(({ word }) => word).join(' ')}" ;;
    esac
    COMPREPLY=($(compgen -W "$candidates" -- "$cur"))
    return
  fi
  if [[ -z $command ]]; then command=help position=0; fi
  case $command:$position in
${arms.join('\n')}
  esac
  if [[ $command:$subject == set:${DAEMON_NAME} ]]; then candidates='${daemonValues.map(({ name }) => `${name}=`).join(' ')}'; fi
  COMPREPLY=($(compgen -W "$candidates" -- "$cur"))
  if [[ \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
  return 0
}
complete -F _vethcfg vethcfg
`;
}

function zshScript(): string {
  const actions: Record<WordKind, string> = {
    port: '_vethcfg_interfaces',
    veth: '_vethcfg_interfaces',
    daemon: `compadd ${DAEMON_NAME}`,
    options: '_vethcfg_options',
    command: '_vethcfg_commands',
    shell: `compadd ${SHELLS.join(' ')}`,
    schema: `compadd ${SCHEMAS.join(' ')}`,
    file: '_files',
    protocol: 'compadd tcp udp sctp icmp icmpv6 gre esp',
    alias: 'compadd up down',
    link: `compadd ${LINK_WORDS.join(' ')}; _vethcfg_interfaces`,
    any: '_message value',
  };
  // In the argument state CURRENT is 2 at the first word after the command.
  const arms = positions((command, position, last) => (last ? `${command}:*` : `${command}:${position + 2}`)).map(
    ([pattern, kinds]) => `        ${pattern}) ${[...new Set(kinds.map((kind) => actions[kind]))].join('; ')} ;;`,
  );
  const zshFlags = COMMANDS.flatMap((command) => {
    const own = flagsOf(command);
    return own.length === 0 ? [] : [`          ${command.name}) compadd -- ${own.join(' ')} ;;`];
  });
  const optionsOf = (all: readonly { name: string; help: string; values: readonly string[] }[]) =>
    all
      .map(({ name, help, values }) => {
        return `    '${name}[${zshText(help)}]:value:(${values.join(' ').replaceAll(':', '\\:')})'`;
      })
      .join(' \\\n');
  return `\
#compdef vethcfg
# zsh completion for vethcfg: source <(vethcfg completion zsh)
_vethcfg_interfaces() { compadd -- /sys/class/net/*(N:t) }
_vethcfg_commands() {
  local -a commands=(
${COMMANDS.map(({ name, summary }) => `    '${name}:${summary}'`).join('\n')}
  )
  _describe command commands
}
_vethcfg_options() {
  if [[ $words[2] == ${DAEMON_NAME} ]]; then
    _values option \\
${optionsOf(daemonValues)}
    return
  fi
  _values option \\
${optionsOf(optionValues)}
}
_vethcfg() {
  local state line
  typeset -A opt_args
  _arguments -C \\
${GLOBAL_OPTIONS.map((option) => `    ${zshGlobal(option)} \\`).join('\n')}
    '1:command:->command' '*::argument:->argument'
  case $state in
    command) _vethcfg_commands ;;
    argument)
      if [[ $PREFIX == -* ]]; then
        case $line[1] in
${zshFlags.join('\n')}
        esac
        return
      fi
      case $line[1]:$CURRENT in
${arms.join('\n')}
      esac ;;
  esac
}
compdef _vethcfg vethcfg
`;
}

const zshText = (text: string) => text.replace(/[[\]:\\]/g, '\\$&');

function zshGlobal(option: (typeof GLOBAL_OPTIONS)[number]): string {
  const what = `${option.flag}[${zshText(option.help)}]`;
  if (!('value' in option)) return `'${what}'`;
  return `'${what}:${option.value}:${option.value === 'DIR' ? '_files -/' : ''}'`;
}
