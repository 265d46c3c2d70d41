/** Runs `vethcfg` in this process, against a control server whose handler is the test's own. */
import type { Handler } from '../../src/daemon/control-server.js';
import type { ExitCode } from '../../vethcfg/exit.js';
import { run } from '../../vethcfg/program.js';
import { controlServer, temporaryDirectory } from '../daemon/control-fixture.js';

export interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** `words` as after the name of the command. */
export async function vethcfg(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const code = await run(words, {
    environment,
    coloured: false,
    terminal: false,
    screen: undefined,
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    onInterrupt: () => () => {},
  });
  return { code, stdout, stderr };
}

/** A fake vethd; `asked` lists the commands with their arguments. */
export async function fakeVethd(answer: (command: string) => unknown) {
  const asked: unknown[] = [];
  const handle: Handler = async ({ command, args }) => {
    asked.push([command, args]);
    return answer(command);
  };
  const { runDir } = await controlServer(handle);
  return { runDir, asked };
}

export { temporaryDirectory };
