/** `vethcfg flow` as text: the port, then why, then what was not said. */
import type { FlowResult } from '../src/daemon/messages.js';

export function flowView({ veth, port, moving, policy, hash, bucket, assumed }: FlowResult): string {
  const way =
    port === undefined
      ? `dropped: no port of ${veth} distributes`
      : `${port}${moving ? ' (its conversation is moving there, frames are held until it may)' : ''}`;
  return [
    way,
    `  bucket ${bucket} of 4096, hash 0x${hash.toString(16).padStart(8, '0')} by hash=${policy}`,
    ...assumed.map((each) => `  assumed: ${each}`),
    '',
  ].join('\n');
}
