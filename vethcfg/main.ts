/** Entry point of `vethcfg`. */
import { run } from './program.js';
import { terminalScreen } from './top/screen.js';

// `vethcfg status | head -1` closes the pipe before we are done: no reason to complain, nor to go on for nobody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  coloured: process.stdout.isTTY === true && !process.env.NO_COLOR,
  terminal: process.stderr.isTTY === true,
  screen: terminalScreen(),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  onInterrupt: (callback) => {
    const once = () => {
      forget();
      callback();
    };
    const forget = () => {
      process.off('SIGINT', once).off('SIGTERM', once);
    };
    process.on('SIGINT', once).on('SIGTERM', once);
    return forget;
  },
});
