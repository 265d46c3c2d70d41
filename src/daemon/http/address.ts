/** Where the page is served: `8080` (loopback), `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. */
import { isIP } from 'node:net';

export interface HttpAddress {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

export const LOOPBACK = '127.0.0.1';

/** What is wrong with a word comes as a text that says what would be right. */
export function readHttpAddress(
  text: string,
): { readonly ok: true; readonly address: HttpAddress } | { readonly ok: false; readonly problem: string } {
  const [, name, digits] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  if (digits === undefined) {
    const example = isIP(text) === 6 ? `[${text}]:8080` : isIP(text) === 4 ? `${text}:8080` : '127.0.0.1:8080 or 8080';
    return wrong(`no port is named; say ${example}`);
  }
  // A bare IPv6 address ends in something that looks like a port.
  if (isIP(text) === 6) return wrong(`no port is named; say [${text}]:8080`);
  const port = Number(digits);
  if (port < 1 || port > 65_535) return wrong(`${digits} is no port; say 1 to 65535`);
  if (name === undefined || name === 'localhost') return { ok: true, address: { host: LOOPBACK, port } };
  const host = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  if (isIP(host) === 0) {
    return wrong(`${name || 'nothing'} is no IP address; say 127.0.0.1:${port}, or 0.0.0.0:${port} for every network`);
  }
  if (isIP(name) === 6) return wrong(`an IPv6 address goes in brackets; say [${name}]:${port}`);
  return { ok: true, address: { host, port } };
}

const wrong = (problem: string) => ({ ok: false, problem }) as const;

/** As in a URL. */
export const printAddress = ({ host, port }: HttpAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Nobody but programs of this host (and this network namespace) can reach it. */
export const isLoopback = ({ host }: HttpAddress): boolean => host.startsWith('127.') || host === '::1';

/**
 * Whether the Host header names this server in a way that no foreign web page can bring about: by an IP address, as
 * `localhost`, or by the name of this machine. With any other name a page from elsewhere could point its own name
 * here and read what we answer (DNS rebinding).
 */
export function isOwnName(header: string | undefined, machine: string): boolean {
  if (header === undefined) return false;
  const name = header.replace(/:\d+$/, '').toLowerCase();
  const plain = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  return isIP(plain) !== 0 || name === 'localhost' || name === machine.toLowerCase();
}
