/**
 * Clients that a server should not have, for so many milliseconds: `PORT MILLISECONDS`. Some ask without pause, some
 * say nothing, some follow and never read, some send without end. Prints how many answers came.
 */
import { get } from 'node:http';
import { connect } from 'node:net';

const [port = 0, ms = 0] = process.argv.slice(2).map(Number);
const end = Date.now() + ms;
let answers = 0;

/** One after the other, each as soon as the one before is answered or refused. */
function ask(path: string): void {
  if (Date.now() >= end) return;
  const again = () => setImmediate(ask, path);
  const request = get({ host: '127.0.0.1', port, path }, (response) => {
    if (response.statusCode === 200) answers++;
    response.resume().on('error', () => {});
  });
  request.on('error', () => {}).on('close', again);
}

/** Comes again when it is thrown out. */
function stay(words: string, endless: boolean): void {
  if (Date.now() >= end) return;
  const socket = connect(port, '127.0.0.1', () => socket.write(words));
  socket.pause();
  const more = endless ? setInterval(() => socket.write('x'.repeat(1_000)), 1) : undefined;
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(more);
    setTimeout(stay, 20, words, endless);
  });
}

const head = (method: string, path: string) => `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n`;
for (let n = 0; n < 8; n++) ask('/api/state');
for (let n = 0; n < 8; n++) ask('/page.js');
for (let n = 0; n < 20; n++) stay('GET /', false);
for (let n = 0; n < 20; n++) stay(`${head('GET', '/api/live')}\r\n`, false);
for (let n = 0; n < 4; n++) stay(head('GET', '/'), true);
for (let n = 0; n < 4; n++) stay(`${head('POST', '/api/state')}Content-Length: 1000000000\r\n\r\n`, true);
setTimeout(() => {
  process.stdout.write(`${answers}\n`);
  process.exit();
}, ms);
