/** The command line of `vethd`; its help and its manual page are made from this. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { DATAPATH_CHOICES, type DatapathChoice } from '../drivers/datapath-choice.js';
import { DEFAULT_FILE, NO_FILE } from './config/boot.js';
import { type HttpAddress, readHttpAddress } from './http/address.js';
import { LOG_LEVELS, type LogLevel } from './log.js';
import { DEFAULT_RUN_DIR, defaultRunDir, VERSION } from './messages.js';
import { REHEARSE } from './rehearsal.js';

export interface VethdOptions {
  readonly runDir: string;
  readonly config?: string;
  readonly logLevel: LogLevel;
  readonly journal?: string;
  /** MiB. */
  readonly journalSize: number;
  readonly datapath?: DatapathChoice;
  readonly http?: HttpAddress;
  readonly maxInterfaces: number;
  readonly maxPorts: number;
  /** Only take away what a killed vethd left. */
  readonly cleanup?: boolean;
  /** See rehearsal.ts. */
  readonly rehearse?: boolean;
}

/** Exit codes of vethd. */
export const VETHD_EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** What the help says after the options, one paragraph each. */
export const VETHD_NOTES = [
  'Stays in the foreground and prints "vethd: ready" when it takes commands; see vethcfg help.',
  'SIGTERM or SIGINT: the partners are told, interfaces are removed, ports are given back; exit 0.',
  'Needs CAP_NET_ADMIN and CAP_NET_RAW. Exit codes: 0 ended in order, 1 failed, 2 usage.',
] as const;

/** Throws a `CommanderError` for what cannot be read, and for --help and --version after printing them. */
export function readVethdOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): VethdOptions {
  const program = vethdCommand(environment);
  program.parse(argv, { from: 'user' });
  return program.opts<VethdOptions>();
}

export function vethdCommand(environment: Readonly<Record<string, string | undefined>>): Command {
  return (
    new Command('vethd')
      .description('Joins Ethernet links into one: IEEE 802.3ad / 802.1AX link aggregation in user space.')
      .version(`vethd ${VERSION}`)
      .addOption(
        new Option('--run-dir <dir>', 'directory of control socket, status and state (also VETH_RUN_DIR)').default(
          defaultRunDir(environment),
        ),
      )
      .addOption(
        new Option(
          '--config <file>',
          `configuration file, or the word ${NO_FILE} (default: ${DEFAULT_FILE} if it exists and the run directory is ${DEFAULT_RUN_DIR})`,
        ),
      )
      .addOption(new Option('--log-level <level>', 'what to log on standard error').choices(LOG_LEVELS).default('info'))
      .addOption(new Option('--journal <file>', 'write the journal to this file too, one JSON document a line'))
      .addOption(
        new Option('--journal-size <mib>', 'room for it and the one before it, FILE.1').argParser(positive).default(64),
      )
      .addOption(
        new Option(
          '--datapath <kind>',
          'where frames are forwarded: in the kernel (BPF), in user space, or auto: in the kernel where it permits that (default: auto, or what the configuration file says)',
        ).choices(DATAPATH_CHOICES),
      )
      .addOption(
        new Option(
          '--http <address>',
          'serve a page that shows everything and changes nothing at this address: 8080 (for this host only), 127.0.0.1:8080, [::1]:8080',
        ).argParser(httpAddress),
      )
      .addOption(new Option('--max-interfaces <n>', 'virtual interfaces at most').argParser(positive).default(8))
      .addOption(new Option('--max-ports <n>', 'ports of each at most').argParser(positive).default(8))
      .addOption(
        new Option(
          '--cleanup',
          'take away what a killed vethd left here: its interfaces, programs in the kernel, settings of ports, state; then end',
        ),
      )
      .addOption(new Option(REHEARSE, 'only try whether a start would go well').hideHelp())
      // Read by privileges.ts before anything else runs.
      .addOption(new Option('--keep-privileges', 'do not give up the capabilities that vethd does not need'))
      .addHelpText('after', `\n${VETHD_NOTES.join('\n')}`)
      .allowExcessArguments(false)
      .exitOverride()
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 256)
    throw new InvalidArgumentError('say a number from 1 to 256');
  return value;
}

function httpAddress(text: string): HttpAddress {
  const result = readHttpAddress(text);
  if (result.ok) return result.address;
  throw new InvalidArgumentError(result.problem);
}
