/** The whole terminal for a view: taken, drawn on, and given back however the process ends (but by SIGKILL). */
import { writeSync } from 'node:fs';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Watcher {
  /** What was typed. */
  typed(text: string): void;
  resized(): void;
  /** Nobody looks any more. */
  closed(): void;
}

export interface Screen {
  size(): Size;
  /** Takes the terminal: its other screen, without cursor and echo. */
  open(watcher: Watcher): OpenScreen;
}

export interface OpenScreen {
  draw(lines: readonly string[]): void;
  /** Ctrl-Z: gives the terminal back until the shell continues us. */
  suspend(): void;
  close(): void;
}

const TAKE = '\u001b[?1049h\u001b[?25l';
const GIVE_BACK = '\u001b[?25h\u001b[?1049l';
const USUAL: Size = { columns: 80, rows: 24 };

/** Undefined: standard input or output is no terminal. */
export function terminalScreen(): Screen | undefined {
  const { stdin, stdout } = process;
  if (stdin.isTTY !== true || stdout.isTTY !== true) return undefined;
  // A terminal that nobody has told its size says 0.
  const size = (): Size => ({ columns: stdout.columns || USUAL.columns, rows: stdout.rows || USUAL.rows });
  return { size, open: (watcher) => open(watcher) };
}

function open(watcher: Watcher): OpenScreen {
  const { stdin, stdout } = process;
  let taken = false;
  const take = () => {
    stdin.setRawMode(true);
    stdout.write(TAKE);
    taken = true;
  };
  // Written at once: at the end of a process nothing else is.
  const giveBack = () => {
    if (!taken) return;
    taken = false;
    try {
      writeSync(stdout.fd, GIVE_BACK);
      stdin.setRawMode(false);
    } catch {
      // The terminal has gone.
    }
  };
  const typed = (text: string) => watcher.typed(text);
  const resized = () => watcher.resized();
  const closed = () => watcher.closed();
  const continued = () => {
    take();
    watcher.resized();
  };
  stdin.setEncoding('utf8').on('data', typed).on('end', closed).on('error', closed).resume();
  stdout.on('resize', resized);
  process.on('exit', giveBack).on('SIGHUP', closed).on('SIGCONT', continued);
  take();
  return {
    draw: (lines) => {
      // Each line is cleared before it is written: afterwards, a full line would lose its last character.
      const last = lines.length - 1;
      const text = lines.map((line, n) => `\u001b[2K${n < last ? `${line}\r\n` : `\u001b[J${line}`}`).join('');
      if (taken) stdout.write(`\u001b[H${text}`);
    },
    suspend: () => {
      giveBack();
      process.kill(process.pid, 'SIGTSTP');
    },
    close: () => {
      giveBack();
      stdin.off('data', typed).off('end', closed).off('error', closed).pause();
      stdout.off('resize', resized);
      process.off('exit', giveBack).off('SIGHUP', closed).off('SIGCONT', continued);
    },
  };
}
