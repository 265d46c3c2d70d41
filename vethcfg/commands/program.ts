/** What is about the programs themselves. */
import type { CommandSpec } from './spec.js';

export const PROGRAM_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'restart',
    syntax: '',
    summary: 'put the installed vethd in the place of the running one, which keeps its process and loses no frame',
    words: [],
    details: [
      'Returns when the new one takes commands. If it would not start, nothing is changed and the message says why.',
      'If it ends all the same, what it knew is kept in the run directory: start vethd again.',
    ],
    examples: ['vethcfg restart', 'vethcfg --json restart'],
  },
  {
    name: 'help',
    syntax: '[COMMAND]',
    summary: 'print this help, or that of a command with all its options',
    words: [{ notation: '[COMMAND]', help: 'a command', kinds: ['command'] }],
    examples: ['vethcfg help set'],
  },
  {
    name: 'version',
    syntax: '',
    summary: 'print the versions of vethcfg and of the vethd that runs',
    words: [],
    examples: ['vethcfg version'],
  },
  {
    name: 'completion',
    syntax: 'bash|zsh',
    summary: 'print a completion script for a shell',
    words: [{ notation: '<SHELL>', help: 'bash or zsh', kinds: ['shell'] }],
    examples: ['source <(vethcfg completion bash)'],
  },
];
