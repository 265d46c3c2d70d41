/**
 * What the user-space data path does to one frame, as plain functions over octets: the VLAN tag that the kernel took
 * out is put back, super-frames are counted as the frames that they become on the wire.
 *
 * Offsets are those of the frame; `struct virtio_net_hdr` (10 octets, little-endian) lies directly before it:
 * flags 0, gso_type 1, hdr_len 2, gso_size 4, csum_start 6, csum_offset 8.
 */
const VNET_HEADER = 10;
const VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
const GSO_NONE = 0;
const GSO_UDP_L4 = 5;
const GSO_ECN = 0x80;
/** Both addresses. */
const ADDRESSES = 12;
export const TAG = 4;

/**
 * Puts a tag (TPID << 16 | TCI) between addresses and type: vnet header and addresses move 4 octets down into the
 * headroom. Returns the frame's new start; its length grows by TAG. The header's offsets follow the tag.
 */
export function insertTag(arena: Uint8Array, start: number, vlan: number): number {
  const header = start - VNET_HEADER;
  const moved = start - TAG;
  arena.copyWithin(header - TAG, header, start + ADDRESSES);
  arena[moved + 12] = vlan >>> 24;
  arena[moved + 13] = vlan >>> 16;
  arena[moved + 14] = vlan >>> 8;
  arena[moved + 15] = vlan;
  const at = moved - VNET_HEADER;
  if (((arena[at] ?? 0) & VIRTIO_NET_HDR_F_NEEDS_CSUM) !== 0) add16(arena, at + 6, TAG);
  if (le16(arena, at + 2) !== 0) add16(arena, at + 2, TAG);
  return moved;
}

/** Frames that the super-frame becomes on the wire; 1 for an ordinary frame. */
export function segments(arena: Uint8Array, start: number, length: number): number {
  const header = start - VNET_HEADER;
  if ((arena[header + 1] ?? 0) === GSO_NONE) return 1;
  const size = le16(arena, header + 4);
  if (size === 0) return 1;
  return Math.max(1, Math.ceil((length - headerLength(arena, start)) / size));
}

/**
 * Octets of a super-frame's link, network and transport headers, which every segment repeats. hdr_len of the vnet
 * header is only a hint of the kernel (its linear part), so the transport header is found by csum_start.
 */
export function headerLength(arena: Uint8Array, start: number): number {
  const header = start - VNET_HEADER;
  if (((arena[header] ?? 0) & VIRTIO_NET_HDR_F_NEEDS_CSUM) === 0) return le16(arena, header + 2);
  const transport = le16(arena, header + 6);
  const type = (arena[header + 1] ?? 0) & ~GSO_ECN;
  if (type === GSO_UDP_L4) return transport + 8;
  return transport + ((arena[start + transport + 12] ?? 0) >>> 4) * 4;
}

/** EtherType (or length) field of a frame, at octets 12 and 13. */
export function typeField(arena: Uint8Array, start: number): number {
  return ((arena[start + 12] ?? 0) << 8) | (arena[start + 13] ?? 0);
}

function le16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function add16(bytes: Uint8Array, at: number, more: number): void {
  const value = le16(bytes, at) + more;
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}
