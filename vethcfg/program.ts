/** The command line: words to a question for vethd, its answer to text and an exit code. */
import { Argument, Command, CommanderError } from 'commander';
import { defaultRunDir, VERSION } from '../src/daemon/messages.js';
import { startsAttachWords } from './attach-words.js';
import { AnsweredError, NotReachable } from './client.js';
import { COMMANDS, type CommandSpec } from './commands.js';
import { GLOBAL_OPTIONS, SCHEMAS, SHELLS } from './completion.js';
import { FileError } from './configuration-file.js';
import { CannotTest, WrongChoice } from './conform-errors.js';
import { EXIT, EXIT_CODES, type ExitCode } from './exit.js';
import { optionHelp } from './option-help.js';
import { runCommand } from './run-command.js';
import type { World } from './world.js';

/** Runs one command line (without node and script) to its exit code. Never rejects for what a user or vethd does. */
export async function run(words: readonly string[], world: World): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const program = build(world, (outcome) => {
    code = outcome;
  });
  try {
    await program.parseAsync(withCommand(words), { from: 'user' });
    return code;
  } catch (error) {
    return report(error, program.opts().json === true || words.includes('--json'), world);
  }
}

/** `ve0 -attach eth0` is `ifconfig ve0 -attach eth0`. */
function withCommand(words: readonly string[]): string[] {
  const takesValue: readonly string[] = GLOBAL_OPTIONS.flatMap((option) => ('value' in option ? [option.flag] : []));
  const first = words.findIndex((word, at) => !word.startsWith('-') && !takesValue.includes(words[at - 1] ?? ''));
  const known = COMMANDS.some(({ name }) => name === words[first]);
  if (first < 0 || known || !startsAttachWords(words[first + 1])) return [...words];
  return words.toSpliced(first, 0, 'ifconfig');
}

/** `ended`: the command has said itself what there is to say. */
function build(world: World, ended: (code: ExitCode) => void): Command {
  const program = new Command('vethcfg')
    .description('Configures and shows link aggregation by vethd.')
    .usage('[--run-dir DIR] [--json] COMMAND')
    .version(VERSION, '-V, --version', 'print the version of vethcfg')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .configureOutput({ writeOut: world.stdout, writeErr: world.stderr, outputError: () => {} })
    .addHelpText('after', () => `\n${EXIT_HELP}`);
  for (const option of GLOBAL_OPTIONS) {
    const short = option.flag === '--verbose' ? '-v, ' : '';
    program.option(`${short}${option.flag}${'value' in option ? ` <${option.value}>` : ''}`, option.help);
  }
  for (const spec of COMMANDS) addCommand(program, spec, world, ended);
  return program;
}

const EXIT_HELP = `Exit codes: ${EXIT_CODES.map(([code, meaning]) => `${code} ${meaning}`).join(', ')}.`;

function addCommand(program: Command, spec: CommandSpec, world: World, ended: (code: ExitCode) => void): void {
  const command = program.command(spec.name).description(spec.summary).usage(spec.syntax);
  for (const { notation, help, kinds } of spec.words) {
    const argument = new Argument(notation, help);
    if (kinds.includes('shell')) argument.choices(SHELLS);
    if (kinds.includes('schema')) argument.choices(SCHEMAS);
    command.addArgument(argument);
  }
  for (const { flag, short, help, value } of spec.flags ?? []) {
    command.option(
      `${short === undefined ? '' : `${short}, `}${flag}${value === undefined ? '' : ` <${value}>`}`,
      help,
    );
  }
  if (spec.dashed !== undefined) command.allowUnknownOption();
  command.addHelpText('after', () =>
    [
      ...(spec.dashed === undefined ? [] : ['', 'Words:', ...spec.dashed.map(dashedHelp)]),
      ...(spec.lists === undefined ? [] : ['', optionHelp()]),
      ...(spec.details === undefined ? [] : ['', ...spec.details]),
      '',
      'Examples:',
      ...spec.examples.map((line) => `  ${line}`),
    ].join('\n'),
  );
  command.action(async () => {
    if (spec.name === 'help') return printHelp(program, command.args[0]);
    const { runDir, json, timeout, verbose } = program.opts<Record<string, string | boolean | undefined>>();
    const code = await runCommand(spec.name, command.args, {
      address: {
        runDir: typeof runDir === 'string' ? runDir : defaultRunDir(world.environment),
        timeoutMs: timeoutMs(program, timeout),
      },
      json: json === true,
      verbose: verbose === true,
      has: (flag) => command.opts<Record<string, unknown>>()[flag] === true,
      argument: (flag) => command.opts<Record<string, string | undefined>>()[flag],
      world,
    });
    ended(code);
  });
}

const dashedHelp = ({ word, value, help }: NonNullable<CommandSpec['dashed']>[number]) =>
  `  ${`${word} ${value}`.padEnd(14)} ${help}`;

function timeoutMs(program: Command, text: string | boolean | undefined): number {
  if (text === undefined) return 10_000;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 3_600) return seconds * 1_000;
  return program.error(`error: --timeout ${String(text)}: not a time; say 1 to 3600 seconds`);
}

function printHelp(program: Command, name: string | undefined): void {
  const command = name === undefined ? program : program.commands.find((candidate) => candidate.name() === name);
  if (command === undefined) {
    const names = COMMANDS.map((each) => each.name).join(', ');
    program.error(`error: ${name}: no such command; the commands are ${names}`);
  }
  command.outputHelp();
}

/** The message goes to standard error; with --json the error goes to standard output as a document as well. */
function report(error: unknown, json: boolean, world: World): ExitCode {
  const { code, message, details } = describe(error);
  if (code === EXIT.done) return code;
  // A configuration file may have several faults, one a line.
  for (const line of message?.split('\n') ?? []) world.stderr(`vethcfg: ${line}\n`);
  if (json) world.stdout(`${JSON.stringify({ error: details })}\n`);
  return code;
}

interface Described {
  readonly code: ExitCode;
  /** Undefined: already printed. */
  readonly message: string | undefined;
  readonly details: object;
}

function describe(error: unknown): Described {
  if (error instanceof AnsweredError) {
    return { code: EXIT.refused, message: error.message, details: error.error };
  }
  if (error instanceof FileError || error instanceof CannotTest) {
    const { message } = error;
    return { code: EXIT.refused, message, details: { code: 'refused', message } };
  }
  if (error instanceof WrongChoice) {
    const { message } = error;
    return { code: EXIT.usage, message, details: { code: 'usage', message } };
  }
  if (error instanceof NotReachable) {
    const { message } = error;
    return { code: EXIT.unreachable, message, details: { code: 'unreachable', message } };
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { code: EXIT.done, message: undefined, details: {} };
    // Called without a command: commander has printed its help.
    const bare = error.code === 'commander.help';
    const message = bare
      ? 'no command given'
      : error.message
          .replace(/^error: /, '')
          .replace(/\n/g, ' ')
          .replace(/\.$/, '');
    return {
      code: EXIT.usage,
      message: bare ? undefined : `${message}; see vethcfg help`,
      details: { code: 'usage', message },
    };
  }
  throw error;
}
